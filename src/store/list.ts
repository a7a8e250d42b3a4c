import { type IdPrefix, newId } from '../ground/ids.ts'
import type { Database, Queryable } from './database.ts'

/** A look-up over many rows that takes longer than this is given up, for the sake of the hot path. */
const STATEMENT_TIMEOUT = '5s'

/** Runs look-ups whose cost a caller's filters decide. @throws the driver's error; 57014: it took too long */
export function readBriefly<T>(database: Database, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return database.transaction(async tx => {
    await tx.query(`set local statement_timeout = '${STATEMENT_TIMEOUT}'`)
    return work(tx)
  })
}

/** The conditions of a list, and their values: what is undefined asks for nothing. */
export class Conditions {
  readonly values: unknown[] = []
  readonly #texts: string[] = []

  /** `text` has a `?` for each of the values. */
  add(text: string, ...values: unknown[]): this {
    let index = this.values.length
    this.#texts.push(text.replace(/\?/g, () => `$${++index}`))
    this.values.push(...values)
    return this
  }

  /** Adds `column = value` for each that has a value. */
  equal(columns: Readonly<Record<string, unknown>>): this {
    for (const [column, value] of Object.entries(columns))
      if (value !== undefined) this.add(`${column} = ?`, value)
    return this
  }

  /** A value that no condition is about: its placeholder. */
  value(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }

  get text(): string {
    return this.#texts.join(' and ')
  }
}

/** What ids made at `timeMs` or later are not less than: a time as a bound on an index of ids. */
export function firstIdAt(prefix: IdPrefix, timeMs: number): string {
  const bounded = Math.min(Math.max(0, timeMs), 32 ** 10 - 1)
  return newId(prefix, bounded).slice(0, prefix.length + 11)
}
