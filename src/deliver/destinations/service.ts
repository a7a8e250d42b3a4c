import type { Exchange, Verdict } from '../../ground/vocabulary.ts'
import type { OutgoingRequest } from '../http/sender.ts'
import type { Shipment } from './destination.ts'
import { cut, oneLine } from './text.ts'

const MOST_REASON = 300

/** A POST of a message as JSON, well-formed Unicode throughout, to the endpoint's URL. */
export function postJson({ endpoint, version }: Shipment, message: object): OutgoingRequest {
  return {
    url: endpoint.url,
    headers: {
      ...endpoint.headers,
      'content-type': 'application/json',
      'user-agent': `StatusPulse/${version}`,
    },
    body: wellFormed(JSON.stringify(message)),
    timeoutMs: endpoint.timeoutMs,
  }
}

/** Halves of surrogate pairs, which JSON.stringify escapes, replaced: services refuse them. */
function wellFormed(json: string): string {
  return json.replace(/(\\\\)|\\ud[89a-f][0-9a-f]{2}/g, (_, backslash) => backslash ?? '\ufffd')
}

/**
 * A verdict that names the service and its own reason: `Slack answered 404: no_service`.
 * @param reason what the answer says, for people; empty: nothing
 */
export function inWordsOf(service: string, verdict: Verdict, exchange: Exchange, reason: string): Verdict {
  if (verdict.outcome === 'delivered' || exchange.statusCode === null || exchange.error) return verdict
  const said = cut(oneLine(reason), MOST_REASON)
  const why = verdict.why.replace('the receiver', service)
  return { ...verdict, why: said === '' ? why : `${why}: ${said}` }
}

/**
 * What a JSON answer says for people: the text at a path of names, or the body itself where there is none
 * (a proxy's page, perhaps).
 */
export function saidIn(body: string, path: readonly string[]): string {
  try {
    let value: unknown = JSON.parse(body)
    for (const name of path) value = (value as Record<string, unknown> | null)?.[name]
    return typeof value === 'string' ? value : body
  } catch {
    return body
  }
}
