/**
 * Where in its interval a monitor is checked, ms, 0 to `intervalMs` - 1: always the same for the same
 * monitor, and evenly spread over many.
 */
export function phaseOf(id: string, intervalMs: number): number {
  return hash(id) % intervalMs
}

/**
 * The first time of a monitor after `time` (ms since the epoch). Its times are those that lie its phase
 * after a multiple of the interval since the epoch, so neither restarts nor late checks move them.
 */
export function slotAfter(time: number, id: string, intervalMs: number): number {
  const phase = phaseOf(id, intervalMs)
  return (Math.floor((time - phase) / intervalMs) + 1) * intervalMs + phase
}

/** FNV-1a with the finalizer of MurmurHash3: ids that differ in one character are far apart. 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
