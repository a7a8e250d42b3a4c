import { labelName } from '../../detect/monitor-settings.ts'
import { isGlob } from '../../ground/glob.ts'
import type { Draft } from './draft.ts'

/** Values of files whose fields may hold anything. */

export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A text that is not empty; null: none. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** A number, or a text of one; null: neither. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** true, 1 or their texts: databases and forms know no yes and no. */
export function isOn(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true'
}

/** Whether a field says anything. */
export function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isObject(value)) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== '' && value !== false && value !== 0
}

/** A number of whole units within bounds; where it had to be changed, that is noted. */
export function within(
  draft: Draft,
  thing: string,
  field: string,
  value: number,
  [least, most]: readonly [number, number],
): number {
  const kept = Math.min(most, Math.max(least, Math.round(value)))
  if (kept !== value) draft.note(thing, field, `is ${kept} here, not ${value}`)
  return kept
}

/** The pattern that a filter wants for exactly this name. */
export function exactly(name: string): string {
  return isGlob(name) ? name.replace(/[*?[\]\\]/g, '\\$&') : name
}

/** Labels whose names are taken over as far as they can be. */
export function labelsOf(
  draft: Draft,
  thing: string,
  labels: readonly (readonly [string, string])[],
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of labels) {
    const fit = name
      .trim()
      .replace(/[^A-Za-z0-9_.-]+/g, '_')
      .replace(/^(?=[^A-Za-z_])/, '_')
      .slice(0, 100)
    if (!labelName.safeParse(fit).success) {
      draft.note(thing, `label ${JSON.stringify(name)}`, 'has a name that no label can have')
      continue
    }
    if (fit !== name) draft.note(thing, `label ${JSON.stringify(name)}`, `is ${fit} here`)
    kept[fit] = value.slice(0, 500)
    if (value.length > 500) draft.note(thing, `label ${JSON.stringify(name)}`, 'is cut to 500 characters')
  }
  return kept
}

/** A field that is there only where it says something. */
export function given<T>(name: string, value: T | null | undefined): Readonly<Record<string, T>> {
  const isEmpty = value === null || value === undefined || (typeof value === 'object' && !isSet(value))
  return isEmpty ? {} : { [name]: value }
}
