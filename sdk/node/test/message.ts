import { sign } from '../src/index.ts'
import { casesOf } from './vectors.ts'

const [first] = casesOf('signing')

/** A secret made for these tests. */
export const SECRET = first!.secrets[0]!

/** A payload. */
export const BODY = first!.body

/** A request as StatusPulse sends it now. */
export async function message(change: { eventId?: string; headers?: Record<string, string> } = {}) {
  const eventId = change.eventId ?? 'evt_7f3a9c2b1d'
  const body = JSON.stringify({ ...JSON.parse(BODY), event_id: eventId })
  const signed = await sign({ secrets: SECRET, eventId, body })
  const headers: Record<string, string> = { 'Content-Type': 'application/json', ...signed, ...change.headers }
  return { body, headers }
}
