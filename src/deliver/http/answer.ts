/** How much of an answer is kept, as text. */
export const KEPT_BODY_BYTES = 4096
/** How much is read. A longer answer is cut here, on purpose, and counts as whole. */
export const READ_BODY_BYTES = 65_536
const MOST_HEADERS = 64
const LONGEST_HEADER = 1024

const NOTHING: Readonly<Record<string, string>> = Object.freeze({})

/**
 * The kept part of an answer's headers: the first 64, values up to 1,024 characters, names in lower
 * case. A repeated header becomes one line, separated by commas (RFC 9110, section 5.3).
 */
export function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>> | null,
): Readonly<Record<string, string>> {
  if (headers === null) return NOTHING
  let count = 0
  let short = true
  for (const name in headers) {
    const value = headers[name]
    count++
    if (typeof value !== 'string' || value.length > LONGEST_HEADER || name.length > LONGEST_HEADER)
      short = false
  }
  // The usual case: nothing to cut, so the parser's own object will do.
  if (short && count <= MOST_HEADERS) return headers as Record<string, string>
  const kept: [string, string][] = []
  for (const name of Object.keys(headers).slice(0, MOST_HEADERS)) {
    const value = headers[name]
    const line = Array.isArray(value) ? value.join(', ') : String(value ?? '')
    kept.push([name.slice(0, LONGEST_HEADER), line.slice(0, LONGEST_HEADER)])
  }
  return Object.fromEntries(kept)
}

/** Collects an answer's body: the first 4 KiB of it, and how much there was. */
export class AnswerBody {
  bytes = 0
  #first: Buffer | null = null
  #rest: Buffer[] | null = null

  add(chunk: Buffer): void {
    if (this.bytes < KEPT_BODY_BYTES) {
      if (this.#first === null) this.#first = chunk
      else {
        this.#rest ??= []
        this.#rest.push(chunk)
      }
    }
    this.bytes += chunk.length
  }

  /**
   * The kept part as text, cut between two characters. Bytes that are no UTF-8 become U+FFFD, and so
   * do NULs, which Postgres cannot keep in a text.
   */
  text(): string {
    if (this.#first === null) return ''
    const all = this.#rest === null ? this.#first : Buffer.concat([this.#first, ...this.#rest])
    const kept = all.length > KEPT_BODY_BYTES ? all.subarray(0, wholeCharacters(all)) : all
    const text = kept.toString('utf8')
    return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
  }
}

/** How many of the first 4,096 bytes make whole characters of UTF-8. */
function wholeCharacters(bytes: Buffer): number {
  let end = KEPT_BODY_BYTES
  // At most three continuation bytes (10xxxxxx) can stand between the cut and their first byte.
  while (end > KEPT_BODY_BYTES - 3 && (bytes[end]! & 0xc0) === 0x80) end--
  return (bytes[end]! & 0xc0) === 0x80 ? KEPT_BODY_BYTES : end
}
