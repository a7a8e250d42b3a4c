import type { Command } from 'commander'
import { type components, follow, type StreamQuery } from '../../sdk/client/src/index.ts'
import { messageOf } from '../ground/errors.ts'
import { whyNot } from '../route/explain.ts'
import { newSecret } from '../store/endpoints.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { addFilterOptions, type FilterOptions } from './filter.ts'
import { forward, type LocalAnswer } from './forward.ts'
import { duration, fields, note, paint, paintOutcome, print, safe } from './output.ts'
import { StopSignals } from './stop-signals.ts'
import { UsageError } from './usage-error.ts'

type EventSummary = components['schemas']['EventSummary']

type ListenOptions = ClientOptions & FilterOptions & { forward?: string; secret?: string }

/** `statuspulse listen` */
export function defineListen(command: Command): void {
  command
    .option('--forward <url>', 'where to POST them, signed, with all headers of a real delivery')
    .option('--secret <secret>', 'sign with this one, whsec_… (default: one made for this session)')
  addClientOptions(addFilterOptions(command)).addHelpText('after', EXAMPLES).action(listen)
}

const EXAMPLES = `
What is forwarded is what endpoints get, byte for byte, and needs no endpoint. Nothing is retried.

Examples:
  $ statuspulse listen --forward http://localhost:3000/hook
  $ statuspulse listen --forward http://localhost:3000/hook --monitors 'api-*' --severities critical
  $ statuspulse listen --json | jq .event_id`

async function listen(options: ListenOptions): Promise<void> {
  const target = targetOf(options)
  const secret = secretOf(options)
  const client = new Client(options)
  const signals = new StopSignals(exitCode => process.exit(exitCode))
  const stop = new AbortController()
  signals.first.then(() => stop.abort())
  const dim = (text: string) => note(paint('dim', text, process.stderr))
  let isConnected = false
  const messages = follow(client.api, {
    query: queryOf(options),
    signal: stop.signal,
    onOpen: connection => {
      isConnected = true
      if (connection === 0) begin(client.url, target, secret, options.json ?? false)
      else dim('connected again')
    },
    onLoss: why => {
      // Somebody waits for the first connection, and had better know.
      if (!isConnected) throw why
      dim(`${why.message}; connecting again`)
    },
  })
  for await (const message of messages) {
    if (message.event === 'gap') note(paint('yellow', safe(message.data.message), process.stderr))
    if (message.event !== 'event') continue
    const event = message.data
    if (!isWanted(event, options)) continue
    const answer = target === null ? null : await fetchAndForward(client, event, target, secret)
    print(
      options.json
        ? JSON.stringify({ ...event, ...(answer && { forwarded: answer }) })
        : describeEvent(event, answer),
    )
  }
  signals.release()
}

/** The stream says what happened, not the payload: it is asked for only where it is to be sent on. */
async function fetchAndForward(
  client: Client,
  event: EventSummary,
  target: string,
  secret: string,
): Promise<LocalAnswer> {
  try {
    const { payload_text } = await client.api.GET('/v1/events/{id}', {
      params: { path: { id: event.event_id } },
    })
    return await forward(event, payload_text, target, secret)
  } catch (error) {
    return { status_code: null, error: `not forwarded: ${messageOf(error)}`, duration_ms: 0 }
  }
}

/** What of the filter the server takes: the rest is left to {@link isWanted}. */
function queryOf({ monitors, severities, eventTypes }: FilterOptions): StreamQuery {
  const filter = given({ monitor: monitors, severity: severities, event_type: eventTypes })
  return { types: ['event'], ...filter } as StreamQuery
}

function isWanted(event: EventSummary, { excludeMonitors = [], regions = [] }: FilterOptions): boolean {
  const filter = { monitors: [], severities: [], eventTypes: [], excludeMonitors, regions }
  const facts = {
    monitorName: event.monitor_name,
    eventType: event.event_type,
    severity: event.severity,
    region: event.region,
  }
  return whyNot({ filter, enabled: true, disabledReason: null }, facts) === null
}

function begin(url: string, target: string | null, secret: string, json: boolean): void {
  if (json) print(JSON.stringify({ listening: url, ...(target && { forward: target, secret }) }))
  else print(...describeSession(url, target, secret))
}

function describeSession(url: string, target: string | null, secret: string): string[] {
  const rows: [string, string][] = [['Listening to', url]]
  if (target) rows.push(['Forwarding to', target], ['Secret', paint('bold', secret)])
  return [fields(rows), paint('dim', 'Ctrl-C ends it.'), '']
}

function targetOf({ forward: target }: ListenOptions): string | null {
  if (target === undefined) return null
  // `localhost:3000/hook` is a URL too, of the scheme `localhost:`.
  const url = /^https?:\/\//.test(target) ? target : `http://${target}`
  if (!URL.canParse(url)) throw new UsageError(`--forward: must be a URL such as http://localhost:3000/hook`)
  return url
}

function secretOf({ secret }: ListenOptions): string {
  if (secret === undefined) return newSecret()
  if (/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)) return secret
  throw new UsageError('--secret: must be whsec_ and base64, as an endpoint has it')
}

/** `09:23:11  evt_…  checkout-service-redis  degraded  warning  incident.opened  → 200 in 8.4 ms` */
function describeEvent(event: EventSummary, answer: LocalAnswer | null): string {
  const words = [
    paint('dim', new Date().toTimeString().slice(0, 8)),
    event.event_id,
    safe(event.monitor_name),
    paintOutcome(event.status),
    paintOutcome(event.severity),
    event.event_type,
  ]
  if (answer) words.push(answerOf(answer))
  return words.join('  ')
}

function answerOf({ status_code, error, duration_ms }: LocalAnswer): string {
  if (status_code === null) return paint('red', `→ ${error}`)
  const style = status_code === 200 || status_code === 201 ? 'green' : 'red'
  return `→ ${paint(style, String(status_code))} in ${duration(duration_ms)}`
}
