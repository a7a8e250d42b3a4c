import type { CodeAnswer } from '../../api/code/answer.ts'
import { HIDDEN } from '../../detect/spec-secrets.ts'
import { paint, safe } from '../output.ts'
import { variablesAt } from './faults.ts'
import type { CodeFile } from './file.ts'
import type { Source } from './source.ts'

export type CodeResult = CodeAnswer
type Change = CodeResult['changes'][number]
type Field = Change['fields'][number]

const SECRET = '●●●'
const MOST_VALUE = 200
const SECTIONS = {
  monitor: 'monitors',
  endpoint: 'endpoints',
  silence: 'silences',
  maintenance_window: 'maintenance_windows',
} as const
const SIGNS = { create: '+', update: '~', replace: '±', delete: '-' } as const
const STYLES = { create: 'green', update: 'yellow', replace: 'yellow', delete: 'red' } as const

/** The result with every value hidden that came from a variable. */
export function withoutVariables(result: CodeResult, { source }: CodeFile): CodeResult {
  return { ...result, changes: result.changes.map(change => hideVariables(change, source)) }
}

function hideVariables(change: Change, source: Source): Change {
  const entries = (source.document as Record<string, { name?: unknown }[] | undefined>)[
    SECTIONS[change.thing]
  ]
  const index = (entries ?? []).findIndex(({ name }) => name === change.name)
  const fields = change.fields.map(field => {
    const names = variablesAt(source, `${SECTIONS[change.thing]}[${index}].${field.path}`)
    return index < 0 || names.length === 0 ? field : hide(field)
  })
  return { ...change, fields }
}

function hide(field: Field): Field {
  return {
    path: field.path,
    ...('before' in field ? { before: HIDDEN } : {}),
    ...('after' in field ? { after: HIDDEN } : {}),
  }
}

/** What changes, or would, for people. */
export function describeChanges(result: CodeResult): string[] {
  return [...result.changes.flatMap(describeChange), ...describeOrphans(result), summaryOf(result)]
}

/** One line a change, for a log. */
export function changeInWords({ action, thing, name, fields }: Change): string {
  const list = fields.map(field => `${field.path}: ${valuesOf(field)}`).join(', ')
  return `${action} ${wordOf(thing)} "${safe(name)}"${action === 'update' ? ` (${list})` : ''}`
}

function describeChange({ action, thing, name, fields }: Change): string[] {
  const head = paint(STYLES[action], `${SIGNS[action]} ${wordOf(thing)} ${JSON.stringify(safe(name))}`)
  const remark = action === 'replace' ? ' (deleted, and made anew)' : ''
  return [`${head}${remark}`, ...fields.map(field => `    ${field.path}: ${valuesOf(field)}`)]
}

function describeOrphans({ orphans }: CodeResult): string[] {
  return orphans.map(
    ({ thing, name }) =>
      `${paint('dim', `· ${wordOf(thing)} ${JSON.stringify(safe(name))}`)} is not in the file any more, and stays (--prune deletes it)`,
  )
}

function summaryOf({ changes, unchanged, dry_run }: CodeResult): string {
  if (changes.length === 0) return `No changes: ${unchanged} as the file says.`
  const count = (action: Change['action']) => changes.filter(change => change.action === action).length
  const parts = [
    ['made', count('create')],
    ['changed', count('update')],
    ['made anew', count('replace')],
    ['deleted', count('delete')],
  ] as const
  const said = parts.flatMap(([word, number]) =>
    number === 0 ? [] : `${number} ${dry_run ? 'to be ' : ''}${word}`,
  )
  return `${said.join(', ')}; ${unchanged} as the file says.`
}

function valuesOf(field: Field): string {
  const { before, after } = field
  if (!('before' in field)) return shownValue(after)
  if (!('after' in field)) return `${shownValue(before)} → ${paint('dim', 'nothing')}`
  return `${shownValue(before)} → ${shownValue(after)}`
}

function shownValue(value: unknown): string {
  const text = safe(JSON.stringify(value) ?? 'nothing').replaceAll(JSON.stringify(HIDDEN), SECRET)
  return text.length > MOST_VALUE ? `${text.slice(0, MOST_VALUE - 1)}…` : text
}

function wordOf(thing: Change['thing']): string {
  return thing.replace('_', ' ')
}
