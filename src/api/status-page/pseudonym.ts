import { createHash } from 'node:crypto'

/** A name that stays the same for an id, and does not tell it. */
export function pseudonym(id: string): string {
  return createHash('sha256').update(`status page: ${id}`).digest('hex').slice(0, 16)
}
