import type { Command } from 'commander'
import { newSecret } from '../store/endpoints.ts'
import { addClientOptions, Client, type ClientOptions } from './client.ts'
import { followStream, type StreamMessage } from './event-stream.ts'
import { addFilterOptions, type FilterOptions, filterOf } from './filter.ts'
import { forward, type LocalAnswer, type StreamedEvent } from './forward.ts'
import { duration, fields, note, paint, paintOutcome, print, safe } from './output.ts'
import { StopSignals } from './stop-signals.ts'
import { UsageError } from './usage-error.ts'

type ListenOptions = ClientOptions & FilterOptions & { forward?: string; secret?: string }

/** `statuspulse listen` */
export function addListen(program: Command): void {
  const command = program
    .command('listen')
    .description('bring events to this machine as they happen: print them, and POST them to a local receiver')
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
  begin(client.url, target, secret, options.json ?? false)
  const messages = followStream(client, {
    query: { kinds: 'event', ...filterOf(options) },
    signal: stop.signal,
    onState: text => note(paint('dim', text, process.stderr)),
  })
  for await (const message of messages) {
    if (message.kind === 'gap') note(paint('yellow', safe(gapOf(message)), process.stderr))
    if (message.kind !== 'event') continue
    const event = JSON.parse(message.data) as StreamedEvent
    const answer = target === null ? null : await forward(event, target, secret)
    print(
      options.json ? JSON.stringify({ ...event, ...(answer && { forwarded: answer }) }) : line(event, answer),
    )
  }
  signals.release()
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

function gapOf({ data }: StreamMessage): string {
  return (JSON.parse(data) as { message: string }).message
}

/** `09:23:11  evt_…  checkout-service-redis  degraded  warning  incident.opened  → 200 in 8.4 ms` */
function line(event: StreamedEvent, answer: LocalAnswer | null): string {
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
