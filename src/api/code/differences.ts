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
  if (areMaps(before, after)) {
    const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    return names.flatMap(name =>
      walk(
        path === '' ? name : `${path}.${name}`,
        at(before, name),
        at(after, name),
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

/** What comes and goes is told entry by entry: what is not there counts as a map beside one that has entries. */
function areMaps(before: unknown, after: unknown): boolean {
  const sides = [before, after].filter(side => side !== undefined)
  return sides.every(isObject) && sides.some(side => Object.keys(side as Json).length > 0)
}

function at(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : value
}
