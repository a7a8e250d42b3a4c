import { ApiProblem, createClient } from '../../../sdk/client/src/index.ts'
import { session } from './session.ts'

/** An answer that is not what was asked for, with what the API says to do about it; status 0: no answer came. */
export { ApiProblem as ProblemError }

/** The public API, typed by its own document. What fails is tried again by whoever asked (react-query). */
export const api = createClient({
  retries: 0,
  fetch(request, init) {
    session.authorize((request as Request).headers)
    return fetch(request, init)
  },
})

const NO_ANSWER = 'StatusPulse does not answer. Check that it runs and that this computer can reach it.'

/**
 * What a call answers. A key that is refused ends the session.
 * @throws ApiProblem
 */
export function take<T>(call: Promise<T>): Promise<T> {
  return call.catch(error => {
    throw told(error)
  })
}

/** The error as a reader is told of it. */
export function told(error: unknown): unknown {
  if (!(error instanceof ApiProblem)) return error
  // A key that was revoked; one that is just being tried has no session yet.
  if (error.status === 401 && session.isOpen) session.close()
  return error.status === 0 ? new ApiProblem(error, NO_ANSWER, { cause: error }) : error
}
