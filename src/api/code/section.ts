import type { EgressPolicy, TlsReport } from '../../deliver/egress/index.ts'
import type { Queryable } from '../../store/database.ts'
import type { Sealer } from '../../store/seal.ts'

export type Json = Readonly<Record<string, unknown>>
export type Thing = 'monitor' | 'endpoint' | 'silence' | 'maintenance_window'
export type Field = 'monitors' | 'endpoints' | 'silences' | 'maintenance_windows'

/** One entry of the document. */
export type Entry = Json & { readonly name: string }

/** What a thing amounts to, defaults filled in, in the words of the document: the same facts twice. */
export interface Facts {
  readonly kind: string | null
  /** With secrets, to be compared. */
  readonly full: Json
  /** As anyone may see them. */
  readonly shown: Json
}

/** A thing that is there. */
export interface Kept<T = unknown> extends Facts {
  readonly id: string
  readonly name: string
  readonly stored: T
}

/** A thing as an entry wants it, valid. */
export interface Wanted<T = unknown> extends Facts {
  readonly name: string
  readonly input: T
}

/** What is new and is told once. */
export interface Made {
  readonly id: string
  readonly secret: string | null
  readonly pingPath: string | null
}

/** What entries are judged by. */
export interface Judging {
  readonly policy: EgressPolicy
  /** ms since the epoch */
  readonly now: number
  /** What to take for a secret that only the server knows; null: it is known here, or it is a fault. */
  readonly standIn: string | null
}

/** Where things are kept. */
export interface Shelf {
  readonly tx: Queryable
  readonly sealer: Sealer
  readonly workspaceId: string
  /** ms since the epoch */
  readonly now: number
  /** The reports of targets that were looked at. */
  readonly examined: ReadonlyMap<string, TlsReport | null>
}

/** One list of the document, and what it is a list of. */
export interface Section<T = unknown, I = unknown> {
  readonly field: Field
  readonly thing: Thing
  /** All that there are, of those that are not over. */
  load(shelf: Pick<Shelf, 'tx' | 'sealer' | 'workspaceId' | 'now'>): Promise<Kept<T>[]>
  /**
   * What an entry asks for; null: nothing, its time is over.
   * @param kept what has its name now
   * @throws Problem 422 that names every field at fault
   */
  want(entry: Entry, kept: Kept<T> | null, judging: Judging): Wanted<I> | null
  insert(shelf: Shelf, wanted: Wanted<I>): Promise<Made>
  update(shelf: Shelf, kept: Kept<T>, wanted: Wanted<I>): Promise<void>
  remove(shelf: Shelf, kept: Kept<T>): Promise<void>
  /** The entry that asks for what is there; a text says why there can be none. */
  entryOf(kept: Kept<T>): Entry | string
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
