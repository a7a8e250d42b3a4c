/** Names of columns and their types, in order: `{ bucket: 'smallint', id: 'text' }`. */
export type Shape = Readonly<Record<string, string>>

/** A value as Postgres reads it: numbers and booleans as they are, everything else as text. */
export type Cell = string | number | boolean | null | undefined

/**
 * Many rows as one parameter for each column: an array, which Postgres reads in two thirds of the time that the
 * same rows take as JSON, where every row repeats its names.
 */
export class Columns<S extends Shape> {
  readonly #names: readonly string[]
  readonly #texts: string[]
  #count = 0

  constructor(shape: S) {
    this.#names = Object.keys(shape)
    this.#texts = this.#names.map(() => '')
  }

  get count(): number {
    return this.#count
  }

  add(row: Readonly<Record<keyof S, Cell>>): void {
    const texts = this.#texts
    for (let index = 0; index < texts.length; index++) {
      const cell = literal(row[this.#names[index] as keyof S])
      texts[index] = this.#count === 0 ? cell : `${texts[index]},${cell}`
    }
    this.#count++
  }

  /** The parameters, in the shape's order. */
  get parameters(): string[] {
    return this.#texts.map(text => `{${text}}`)
  }
}

/** Postgres, "Array Input and Output Syntax": in quotes, with `"` and `\` escaped. */
function literal(cell: Cell): string {
  if (typeof cell === 'string') return `"${/["\\]/.test(cell) ? cell.replace(/["\\]/g, '\\$&') : cell}"`
  return cell === null || cell === undefined ? 'NULL' : String(cell)
}

/**
 * SQL: the rows of {@link Columns} as a table, for a from clause.
 * @param first the number of the first parameter
 */
export function rowsOf(shape: Shape, first: number, alias: string): string {
  const types = Object.values(shape)
  const parameters = types.map((type, index) => `$${first + index}::${type}[]`)
  return `unnest(${parameters.join(', ')}) as ${alias} (${Object.keys(shape).join(', ')})`
}
