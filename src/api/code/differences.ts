import { isDeepStrictEqual } from 'node:util'
import { HIDDEN } from '../../detect/spec-secrets.ts'
import { type Facts, isObject, type Json } from './section.ts'

/** A field that changes. What was not there, or will not be, is left out. */
export interface Difference {
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** The fields in which two things differ, as they may be shown. Lists count as one value each. */
export function differences(
  before: Pick<Facts, 'full' | 'shown'>,
  after: Pick<Facts, 'full' | 'shown'>,
): Difference[] {
  return walk('', before.full, after.full, before.shown, after.shown)
}

function walk(
  path: string,
  before: unknown,
  after: unknown,
  shownBefore: unknown,
  shownAfter: unknown,
): Difference[] {
  if (isDeepStrictEqual(before, after)) return []
  if (isMap(before) && isMap(after)) {
    const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    return names.flatMap(name =>
      walk(
        path === '' ? name : `${path}.${name}`,
        before?.[name],
        after?.[name],
        at(shownBefore, name),
        at(shownAfter, name),
      ),
    )
  }
  // Two values that look the same although they differ do so in what is not shown of them.
  const isSecret = isDeepStrictEqual(shownBefore, shownAfter)
  return [
    {
      path,
      ...(before === undefined ? {} : { before: isSecret ? HIDDEN : shownBefore }),
      ...(after === undefined ? {} : { after: isSecret ? HIDDEN : shownAfter }),
    },
  ]
}

/** What is not there counts as a map without entries beside one with some: what comes and goes is told entry by entry. */
function isMap(value: unknown): value is Json | undefined {
  return value === undefined || (isObject(value) && Object.keys(value).length > 0)
}

function at(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : value
}
