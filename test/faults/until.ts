import { setTimeout as wait } from 'node:timers/promises'

const POLL_MS = 10

/** Looks again and again until `holds` says so, for states that nothing tells of; the test's own timeout ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await wait(POLL_MS)
}
