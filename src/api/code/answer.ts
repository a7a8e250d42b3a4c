import type { z } from 'zod'
import type { codeResult } from '../schemas/code.ts'
import type { Applied } from './apply.ts'

export type CodeAnswer = z.output<typeof codeResult>

/** What was changed, or would be, as the API says it. */
export function showApplied({ changes, unchanged, orphans }: Applied, dryRun: boolean): CodeAnswer {
  return {
    dry_run: dryRun,
    changes: changes.map(({ pingPath, fields, ...change }) => ({
      ...change,
      fields: [...fields],
      ping_path: pingPath,
    })),
    unchanged,
    orphans: [...orphans],
  }
}
