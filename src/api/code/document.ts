import { codeShell } from '../schemas/code.ts'
import { parse } from '../validation.ts'
import { endpointSection } from './endpoints.ts'
import { Faults } from './faults.ts'
import { monitorSection } from './monitors.ts'
import type { Entry, Field, Section } from './section.ts'
import { silenceSection, windowSection } from './suppressions.ts'

/** In the order in which changes are made: a silence is there before the monitor that it is to silence. */
export const SECTIONS: readonly Section[] = [
  silenceSection,
  windowSection,
  endpointSection,
  monitorSection,
] as readonly Section[]

/** A document whose entries have names, and are not looked at yet. */
export type Code = Readonly<Record<Field, readonly Entry[]>> & { readonly name: string }

/**
 * Reads a document.
 * @throws Problem 422 that names every field at fault: unknown sections, entries without a name, a name that is there twice
 */
export function readCode(value: unknown): Code {
  const code = parse(codeShell, value, 'body') as Code
  const faults = new Faults()
  for (const { field } of SECTIONS) {
    const seen = new Set<string>()
    for (const [index, { name }] of code[field].entries()) {
      if (seen.has(name)) faults.add(`${field}[${index}].name`, `is there twice (${name})`)
      seen.add(name)
    }
  }
  faults.throwAny()
  return code
}

/** A secret that only the server knows, while it is not there to ask: of a form that every field takes. */
const STAND_IN = 'x'.repeat(32)

/**
 * Checks a document as far as that goes without a server: not whether targets are allowed, answer, and have
 * certificates in order, and not what is there already.
 * @throws Problem 422 that names every field at fault
 */
export function checkCode(value: unknown, now: number): Code {
  const code = readCode(value)
  const policy = { allowHttp: true, allowNetworks: ['0.0.0.0/0', '::/0'], anyPort: true }
  const faults = new Faults()
  for (const section of SECTIONS) {
    for (const [index, entry] of code[section.field].entries()) {
      faults.gather(`${section.field}[${index}]`, () =>
        section.want(entry, null, { policy, now, standIn: STAND_IN }),
      )
    }
  }
  faults.throwAny()
  return code
}
