import type { FieldChange } from '../../store/audit-log.ts'
import type { CodeAnswer } from './answer.ts'

const DONE = { create: 'made', update: 'changed', replace: 'made anew', delete: 'deleted' } as const

/** What applying a document did, as the audit log says it. */
export function wordsOfApplied({ changes }: CodeAnswer): string {
  const counts = Object.entries(DONE).flatMap(([action, done]) => {
    const count = changes.filter(change => change.action === action).length
    return count === 0 ? [] : `${count} ${done}`
  })
  return `Applied a file: ${counts.join(', ')}`
}

/** What was changed of what; no values, which may come from variables that are secret. */
export function changesOfApplied({ changes }: CodeAnswer): FieldChange[] {
  return changes.flatMap(({ action, thing, name, fields }): FieldChange[] => {
    const field = `${thing.replace('_', ' ')} "${name}"`
    if (action !== 'update') return [{ field, after: DONE[action] }]
    return fields.map(({ path }) => ({ field: `${field}: ${path}` }))
  })
}

/** Names and ids of what was changed, to find it by. */
export function namesOfApplied({ changes }: CodeAnswer): string[] {
  return [...new Set(changes.flatMap(({ name, id }) => (id === null ? [name] : [name, id])))]
}
