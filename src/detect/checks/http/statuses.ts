import { z } from 'zod'

const PATTERN = /^[1-5](?:xx|\d\d(?:-[1-5]\d\d)?)$/

/** A status, a class of them (`2xx`) or a range (`200-204`). */
const statusField = z.union([
  z.int().min(100).max(599),
  z.string().regex(PATTERN, 'must be a status such as 204, a class such as 2xx, or a range such as 200-299'),
])

export const statusesField = z.array(statusField).min(1).max(50).default(['2xx']).meta({
  description: 'Statuses that are fine: `200`, `2xx`, `200-204`. One that is listed ends redirects.',
})

/** Whether a status is in an expected set. */
export function isExpected(status: number, expected: z.infer<typeof statusesField>): boolean {
  return expected.some(entry => {
    if (typeof entry === 'number') return status === entry
    if (entry.endsWith('xx')) return Math.floor(status / 100) === Number(entry[0])
    const [from, to = from] = entry.split('-').map(Number)
    return status >= from! && status <= to!
  })
}
