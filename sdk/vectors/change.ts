import type { SignatureCase } from './cases.ts'
import { EVENT } from './samples.ts'

/** The body of every case that does not say otherwise. */
export const BODY = JSON.stringify(EVENT)
/** Seconds; what the libraries do when not told otherwise. */
export const TOLERANCE = 300
/** Bytes that are no UTF-8: a signature is over bytes, not over text. */
export const BINARY = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x80, 0x7d])

/** In what a case differs from a plain good request. */
export type Change = Partial<Omit<SignatureCase, 'name' | 'headers'>> & {
  headers?: Record<string, string | null>
  signedWith?: string[]
  timestamp?: number | string
  id?: string
  /** The bytes that were signed, where they are not the ones that arrive. */
  signedBody?: string
}

/** Headers without those that are null. */
export function present(headers: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null),
  )
}
