import { createHash } from 'node:crypto'
import jsonata from 'jsonata'
import { faultOf, MOST_BODY_BYTES, type Rendering } from './template.ts'

/** The process that templates run in: see ADR 0009. One rendering at a time; whoever started it ends it. */

/** JSONata's own limits, which name the place where they were met: ms, calls, items. */
const LIMITS = { timeout: 150, stack: 500, sequence: 200_000 }
const OUT_OF_TIME = 'D1012'
/** Templates that are kept compiled. */
const MOST_COMPILED = 500

/** What comes back of a rendering. */
export type Rendered =
  | { readonly body: string }
  | {
      readonly fault: { readonly message: string; readonly position: number | null; readonly retry: boolean }
    }

const SystemDate = Date
const compiled = new Map<string, jsonata.Expression>()

process.on('message', async (rendering: Rendering) => {
  process.send?.(await render(rendering))
})
process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of a terminal: the one that started us decides.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.send?.('ready')

async function render({ template, payload, delivery }: Rendering): Promise<Rendered> {
  try {
    holdStill(delivery.accepted_at, delivery.id)
    const result = await compile(template).evaluate(JSON.parse(payload), { delivery })
    return bodyOf(result)
  } catch (error) {
    return { fault: { ...faultOf(error), retry: (error as { code?: unknown }).code === OUT_OF_TIME } }
  }
}

function compile(template: string): jsonata.Expression {
  let expression = compiled.get(template)
  if (!expression) {
    expression = jsonata(template, LIMITS)
    const oldest = compiled.keys().next().value
    if (compiled.size >= MOST_COMPILED && oldest !== undefined) compiled.delete(oldest)
    compiled.set(template, expression)
  }
  return expression
}

function bodyOf(result: unknown): Rendered {
  const body = JSON.stringify(result)
  if (body === undefined) return fault('the template gives nothing for this event')
  const bytes = Buffer.byteLength(body)
  if (bytes > MOST_BODY_BYTES)
    return fault(`the template makes ${bytes} bytes; ${MOST_BODY_BYTES} is the most`)
  return { body }
}

function fault(message: string): Rendered {
  return { fault: { message, position: null, retry: false } }
}

/** `$now`, `$millis`, `$random` and `$shuffle` give the same at every attempt of a delivery. */
function holdStill(time: number, seed: string): void {
  globalThis.Date = class extends SystemDate {
    constructor(given?: number | string) {
      super(given ?? time)
    }
  } as DateConstructor
  let drawn = 0
  Math.random = () => {
    const hash = createHash('sha256').update(`${seed}/${drawn++}`).digest()
    return hash.readUIntBE(0, 6) / 2 ** 48
  }
}
