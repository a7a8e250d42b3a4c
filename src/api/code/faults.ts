import { type FieldError, Problem } from '../../ground/errors.ts'
import { invalid } from '../validation.ts'

/** Everything that is wrong with a document, so that it is said at once. */
export class Faults {
  readonly #errors: FieldError[] = []

  add(path: string, message: string): void {
    this.#errors.push({ path, message })
  }

  /** What `work` makes; null: it found faults, whose paths begin with `prefix`. */
  gather<T>(prefix: string, work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      this.take(prefix, error)
      return null
    }
  }

  /** Notes the fields of a problem. @throws the error itself, if it names none */
  take(prefix: string, error: unknown): void {
    if (!(error instanceof Problem) || error.errors.length === 0) throw error
    for (const { path, message } of error.errors) this.add(joined(prefix, path), message)
  }

  /** @throws Problem 422 if there were any */
  throwAny(): void {
    if (this.#errors.length > 0) throw invalid(this.#errors, 'body')
  }
}

function joined(prefix: string, path: string): string {
  return path === '' ? prefix : `${prefix}${path.startsWith('[') ? '' : '.'}${path}`
}
