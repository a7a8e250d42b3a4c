import { type Document, type LineCounter, parseDocument } from 'yaml'
import { messageOf } from '../../ground/errors.ts'

/** What a file may hold, and what its aliases may make of it: as much as the API takes. */
export const MOST_BYTES = 16 * 1_024 * 1_024

const TOO_DEEP = 'is nested too deep'

/** A text as YAML, faults of its form among its errors; a text: why it cannot be read at all. */
export function parsed(text: string, lineCounter: LineCounter): Document | string {
  if (text.length > MOST_BYTES) return `is larger than ${MOST_BYTES / 1_048_576} MiB`
  try {
    // A key that is there twice is found while reading: the library compares every key with every other.
    const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true, uniqueKeys: false })
    return document.errors.some(({ message }) => message.includes('call stack')) ? TOO_DEEP : document
  } catch (error) {
    return error instanceof RangeError ? TOO_DEEP : messageOf(error)
  }
}
