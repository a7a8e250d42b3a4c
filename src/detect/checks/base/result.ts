import { ERROR_CLASSES, type Timings } from '../../../ground/vocabulary.ts'

/** Why a check failed: the classes of attempts, and what only a check can find. */
export const CHECK_ERROR_CLASSES = [
  ...ERROR_CLASSES,
  /** Answered, with a status outside the expected set. */
  'unexpected_status',
  /** Answered, but not with what was asserted. */
  'assertion',
  'too_many_redirects',
  /** Called off by us; says nothing about the target. */
  'aborted',
] as const
export type CheckErrorClass = (typeof CHECK_ERROR_CLASSES)[number]

/** What is wrong with the target, as a class and one line that holds no path, query or credential. */
export interface CheckError {
  readonly class: CheckErrorClass
  readonly message: string
}

/** Something that will be wrong before long; the check itself may well be ok. */
export interface CheckWarning {
  readonly class: 'tls_expiry'
  readonly message: string
}

/** What a handshake showed. */
export interface TlsFacts {
  /** `TLSv1.2` or `TLSv1.3` */
  readonly protocol: string
  /** Whether the chain leads to a trusted authority, is valid now, and covers the name. */
  readonly authorized: boolean
  /** Who issued the server's own certificate: its common name, or its organization. */
  readonly issuer: string
  /** Names and addresses that the certificate covers. */
  readonly names: readonly string[]
  /** When the first certificate of the chain to expire does so; ms since the epoch. */
  readonly expiresAt: number
  /** Whole days until then; negative once it has expired. */
  readonly daysLeft: number
}

/** One probe of a monitor, and what came of it. */
export interface CheckResult {
  readonly ok: boolean
  /** Of the answer to the last HTTP request; null: there was none. */
  readonly statusCode: number | null
  /** The first thing found wrong; null exactly when `ok`. */
  readonly error: CheckError | null
  /**
   * Milliseconds by phase; null: it did not happen, or was not finished. With redirects, `dns`, `connect`
   * and `tls` are sums over all hops, and `firstByte` is that of the last one, from the start of the check.
   */
  readonly timings: Omit<Timings, 'wait'>
  readonly remoteAddress: string | null
  /** Of the last handshake; null: there was none. */
  readonly tls: TlsFacts | null
  readonly warnings: readonly CheckWarning[]
  /** ms since the epoch */
  readonly startedAt: number
  /** The whole check, ms; the same as `timings.total`. */
  readonly latencyMs: number
  /**
   * Values by metric name, as thresholds and graphs know them: `response_time_ms` whenever the target
   * answered as a whole (rightly or wrongly), `tls_days_left` after a handshake.
   */
  readonly samples: Readonly<Record<string, number>>
}

/** Thrown inside a check, to end it as failed. */
export class CheckFailure extends Error {
  readonly errorClass: CheckErrorClass

  constructor(errorClass: CheckErrorClass, message: string) {
    super(message)
    this.name = 'CheckFailure'
    this.errorClass = errorClass
  }
}
