import { HIDDEN } from '../../detect/spec-secrets.ts'
import { unacceptable } from '../../ground/errors.ts'
import { isObject, type Json } from './section.ts'

/**
 * A value in which {@link HIDDEN} stands for what is known already.
 * @param standIn taken for what is not known; null: that is a fault
 * @throws Problem 422
 */
export function reveal(value: unknown, known: unknown, standIn: string | null, path: string): unknown {
  if (value === HIDDEN) {
    if (typeof known === 'string') return known
    if (standIn !== null) return standIn
    throw unacceptable(path, `${HIDDEN} stands for a secret that is not known here: give the secret itself`)
  }
  if (Array.isArray(value)) {
    const before = Array.isArray(known) ? known : []
    return value.map((one, index) => reveal(one, before[index], standIn, `${path}[${index}]`))
  }
  if (!isObject(value)) return value
  const before: Json = isObject(known) ? known : {}
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, reveal(one, before[name], standIn, `${path}.${name}`)]),
  )
}

/** An entry with its values as they may be shown; what is not in `shown` is hidden. */
export function asShown(entry: unknown, shown: unknown): unknown {
  if (!isObject(entry) || !isObject(shown)) return shown === undefined ? HIDDEN : shown
  return Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, asShown(value, shown[name])]))
}
