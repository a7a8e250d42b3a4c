import fastify from 'fastify'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { sendError } from '../../src/api/problems.ts'
import { unavailable } from '../../src/ground/errors.ts'

/** What the log says, from `error` on, of a request that fails like that. */
async function loggedOf(failure: () => Error): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: line => lines.push(line) })
  const app = fastify({ loggerInstance: log })
  app.setErrorHandler(sendError)
  app.get('/', () => {
    throw failure()
  })
  const { statusCode } = await app.inject('/')
  await app.close()
  return { status: statusCode, lines }
}

describe('the log', () => {
  it('has an error of ours, and a database that is away', async () => {
    expect(await loggedOf(() => new Error('a mistake'))).toMatchObject({
      status: 500,
      lines: [expect.stringContaining('a mistake')],
    })
    const away = await loggedOf(() => unavailable('not confirmed', new Error('connection lost')))
    expect(away).toMatchObject({ status: 503, lines: [expect.stringContaining('connection lost')] })
  })

  it('has no line for every request that is too much: that is answered on purpose', async () => {
    expect(await loggedOf(() => unavailable('Too much comes in at once.'))).toEqual({
      status: 503,
      lines: [],
    })
  })
})
