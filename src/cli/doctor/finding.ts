/** What a check found. */
export interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
}
