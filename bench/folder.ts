import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder that Postgres, which does not run as root, may enter: so its database is in it, and goes with it. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'statuspulse-bench-'))
  chmodSync(folder, 0o755)
  return folder
}
