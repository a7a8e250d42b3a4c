/** What a receiver library may answer about a request; the same words in every language. */
export type ErrorCode =
  | 'invalid_secret'
  | 'missing_header'
  | 'invalid_header'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'invalid_payload'

/** A body: as text, or in base64 where it is no valid UTF-8. */
export interface Body {
  body?: string
  body_base64?: string
}

/** The bytes of a body. */
export const bytesOf = (one: Body): Buffer =>
  one.body_base64 === undefined ? Buffer.from(one.body ?? '') : Buffer.from(one.body_base64, 'base64')

/** One request to verify. */
export interface SignatureCase extends Body {
  name: string
  secrets: string[]
  headers: Record<string, string>
  /** The receiver's clock, Unix seconds. */
  now: number
  tolerance_seconds: number
  /** null: the signature is good. */
  error: ErrorCode | null
  /** Why the reference library may judge otherwise. */
  stricter_than_reference?: string
}

/** One body to parse into an event. */
export interface EventCase extends Body {
  name: string
  event: ParsedEvent | null
  /** Where an invalid payload is wrong; '' for the whole. null: it is valid. */
  error_path: string | null
}

/** An event as every library must see it. */
export interface ParsedEvent {
  event_id: string
  monitor_name: string
  status: string
  /** Milliseconds since the epoch. */
  timestamp_ms: number
  metadata: {
    region: string | null
    affected_endpoints: string[]
    response_time_ms: number | null
    error_rate_pct: number | null
    event_type: string | null
    severity: string | null
    incident_id: string | null
  }
  /** Everything else that was in `metadata`. */
  extra: Record<string, unknown>
}

/** One secret, and whether a library takes it. */
export interface SecretCase {
  name: string
  secret: string
  valid: boolean
}

/** What signing must give, byte by byte. */
export interface SigningCase {
  name: string
  secrets: string[]
  event_id: string
  timestamp: number
  body: string
  headers: Record<string, string>
}
