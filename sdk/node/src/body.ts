import { MAX_BODY_BYTES } from './receiver.ts'

/**
 * The whole of a body; null when it is larger than {@link MAX_BODY_BYTES}. What is too much is read and
 * let go, so that the sender gets to see the answer.
 */
export async function readBody(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array | null> {
  let kept: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > MAX_BODY_BYTES) kept = []
    else kept.push(chunk)
  }
  if (length > MAX_BODY_BYTES) return null
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of kept) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}
