/** A change (RFC 7396) as what is new: what it takes away, something new says nothing of. */
export function withoutNulls(written: unknown): unknown {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return written
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null))
}
