/** A body is not snappy's block format. */
export class NotSnappy extends Error {}

/** A body is larger unpacked than it may be. */
export class TooLargeUnpacked extends Error {}

/** Kind of an element: the two low bits of its first byte. */
const LITERAL = 0
const COPY_1 = 1
/** Longer literals have their length in the 1 to 4 bytes that follow. */
const LONGEST_SHORT = 60

/**
 * Unpacks snappy's block format (google/snappy, format_description.txt). Written here because what comes from
 * outside must neither run for ever nor past its limits: snappyjs does both on a literal whose length is negative.
 * @throws NotSnappy, TooLargeUnpacked
 */
export function unpackSnappy(packed: Uint8Array, limit: number): Uint8Array {
  const reader = new Bytes(packed)
  const length = reader.varint()
  if (length > limit) throw new TooLargeUnpacked(`${length} bytes unpacked`)
  const unpacked = new Uint8Array(length)
  let at = 0
  while (!reader.isAtEnd) {
    const tag = reader.number(1)
    if ((tag & 3) === LITERAL) {
      const short = (tag >>> 2) + 1
      const bytes = reader.take(short <= LONGEST_SHORT ? short : reader.number(short - LONGEST_SHORT) + 1)
      if (bytes.length > length - at) throw new NotSnappy('more bytes than it says')
      unpacked.set(bytes, at)
      at += bytes.length
    } else {
      const isShort = (tag & 3) === COPY_1
      const count = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
      const offset = isShort ? ((tag >>> 5) << 8) + reader.number(1) : reader.number((tag & 3) === 2 ? 2 : 4)
      if (offset === 0 || offset > at || count > length - at)
        throw new NotSnappy('a copy of what is not there')
      copy(unpacked, at, offset, count)
      at += count
    }
  }
  if (at !== length) throw new NotSnappy('fewer bytes than it says')
  return unpacked
}

/** A copy may reach into what it makes: then it repeats it. */
function copy(bytes: Uint8Array, at: number, offset: number, count: number): void {
  if (offset >= count) bytes.copyWithin(at, at - offset, at - offset + count)
  else for (let index = at; index < at + count; index++) bytes[index] = bytes[index - offset] as number
}

class Bytes {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  take(count: number): Uint8Array {
    const end = this.#at + count
    if (end > this.#bytes.length) throw new NotSnappy('it ends too early')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  /** Little-endian, unsigned. */
  number(bytes: number): number {
    if (this.#at + bytes > this.#bytes.length) throw new NotSnappy('it ends too early')
    let value = 0
    for (let index = bytes - 1; index >= 0; index--)
      value = value * 256 + (this.#bytes[this.#at + index] as number)
    this.#at += bytes
    return value
  }

  /** Unsigned, at most 32 bits. */
  varint(): number {
    let value = 0
    for (let index = 0; index < 5; index++) {
      const byte = this.number(1)
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) return value
    }
    throw new NotSnappy('its length has too many bytes')
  }
}
