import type { ErrorClass } from '../../ground/vocabulary.ts'

/** Why no connection came about. The message is one line, names host and port, and holds no secret. */
export class EgressError extends Error {
  readonly errorClass: ErrorClass

  constructor(errorClass: ErrorClass, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'EgressError'
    this.errorClass = errorClass
  }
}
