import type { Observation, Verdict } from '../../ground/vocabulary.ts'
import type { OutgoingRequest } from '../http/sender.ts'
import type { Shipment } from './destination.ts'
import { cut, oneLine } from './text.ts'

const MOST_REASON = 300

/** A POST of JSON to the endpoint's URL. */
export function postJson({ endpoint, version }: Shipment, body: string): OutgoingRequest {
  return {
    url: endpoint.url,
    headers: {
      ...endpoint.headers,
      'content-type': 'application/json',
      'user-agent': `StatusPulse/${version}`,
    },
    body: Buffer.from(body),
    timeoutMs: endpoint.timeoutMs,
  }
}

/**
 * A verdict that names the service and its own reason: `Slack answered 404: no_service`.
 * @param reason what the answer says, for people; empty: nothing
 */
export function inWordsOf(
  service: string,
  verdict: Verdict,
  observation: Observation,
  reason: string,
): Verdict {
  if (verdict.outcome === 'delivered' || observation.statusCode === null) return verdict
  const said = cut(oneLine(reason), MOST_REASON)
  return {
    ...verdict,
    why: `${service} answered ${observation.statusCode}${said === '' ? '' : `: ${said}`}`,
  }
}
