import { readFileSync } from 'node:fs'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { messageOf } from './errors.ts'

/** One top-level key of a settings file. */
export interface FileEntry {
  readonly value: unknown
  /** From 1. */
  readonly line: number
}

/** What is wrong with a settings file, and where. */
export interface FileFault {
  /** From 1; null: the whole file. */
  readonly line: number | null
  readonly message: string
}

/**
 * Reads a YAML (or JSON) file that is one map, with the line of every key.
 * @returns null entries when the file does not exist
 */
export function readSettingsFile(file: string): {
  entries: ReadonlyMap<string, FileEntry> | null
  faults: readonly FileFault[]
} {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries: null, faults: [] }
    return { entries: new Map(), faults: [{ line: null, message: `cannot be read: ${messageOf(error)}` }] }
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const entries = new Map<string, FileEntry>()
  const faults = document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, message }))
  if (faults.length > 0 || document.contents === null) return { entries, faults }
  if (!isMap(document.contents)) {
    return { entries, faults: [{ line: 1, message: 'must be a list of settings, such as "port: 8080"' }] }
  }
  for (const { key, value } of document.contents.items) {
    if (!isScalar(key)) continue
    const node = value as { toJS?: (document: unknown) => unknown } | null
    entries.set(String(key.value), {
      value: node?.toJS ? node.toJS(document) : node,
      line: lines.linePos(key.range?.[0] ?? 0).line,
    })
  }
  return { entries, faults }
}
