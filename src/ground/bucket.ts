/** Number of hash ranges of (workspace, monitor name): the unit of ownership. Fixed for the life of a database. */
export const BUCKETS = 64

/**
 * The bucket of a monitor, 0 to 63: FNV-1a (32 bit, over UTF-16 code units) of workspace id and name.
 * Stored in every hot row, so the function can never change.
 */
export function bucketOf(workspaceId: string, name: string): number {
  let hash = 0x811c9dc5
  hash = mix(hash, workspaceId)
  hash = Math.imul(hash ^ 0x1f, 0x01000193)
  hash = mix(hash, name)
  // Fold: FNV's low bits alone are weak for short strings.
  return ((hash ^ (hash >>> 16)) >>> 0) % BUCKETS
}

function mix(start: number, text: string): number {
  let hash = start
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash
}
