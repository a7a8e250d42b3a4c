import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/ground/clock.ts'
import { silentLog } from '../../src/ground/log.ts'
import { Catalog } from '../../src/store/catalog.ts'
import { checkSecretsKey, Sealer } from '../../src/store/seal.ts'
import { startTestApi, type TestApi } from './harness.ts'

let api: TestApi
let other: Catalog
beforeAll(async () => {
  api = await startTestApi()
  other = new Catalog({ database: api.database, sealer: api.sealer, log: silentLog, clock: systemClock })
  await other.start()
})
afterAll(async () => {
  await other?.stop()
  await api?.stop()
})

/** Resolves when the other node's catalog has changed so that `isSo`. */
function until(isSo: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      if (isSo()) resolve()
    }
    other.onChange(look)
    look()
  })
}

async function make(body: object = {}) {
  return (await api.call('POST', '/v1/endpoints', { body: { url: 'http://127.0.0.1:18080/', ...body } })).body
}

describe('the catalog of another node', () => {
  it('hears of a new endpoint, of a change, and of its end', async () => {
    const { id, secret } = await make({ name: 'heard of' })
    await until(() => other.endpoint(id) !== undefined)
    expect(other.endpoint(id)?.secrets).toEqual([{ value: secret, expiresAt: null }])
    await api.call('PATCH', `/v1/endpoints/${id}`, { body: { name: 'changed' } })
    await until(() => other.endpoint(id)?.name === 'changed')
    await api.call('POST', `/v1/endpoints/${id}/rotate-secret`)
    await until(() => other.endpoint(id)?.secrets.length === 2)
    await api.call('DELETE', `/v1/endpoints/${id}`)
    await until(() => other.endpoint(id) === undefined)
    expect(other.endpointsOf(api.first.workspaceId)).not.toContainEqual(expect.objectContaining({ id }))
  })

  it('gives the same list of endpoints, and the same endpoints, until one of them changes', async () => {
    const { id } = await make()
    await until(() => other.endpoint(id) !== undefined)
    const list = other.endpointsOf(api.first.workspaceId)
    const endpoint = other.endpoint(id)
    await api.call('POST', '/v1/keys', { body: { name: 'a', scopes: ['read'] } })
    await other.reload()
    expect(other.endpointsOf(api.first.workspaceId)).toBe(list)
    await make()
    await other.reload()
    expect(other.endpointsOf(api.first.workspaceId)).not.toBe(list)
    expect(other.endpoint(id)).toBe(endpoint)
  })

  it('catches up by the version, should a notification be lost', async () => {
    const deaf = new Catalog({
      database: { query: api.database.query.bind(api.database), listen: () => {} } as never,
      sealer: api.sealer,
      log: silentLog,
      clock: systemClock,
    })
    await deaf.start()
    const { id } = await make()
    expect(deaf.endpoint(id)).toBeUndefined()
    const changed = new Promise<void>(resolve => deaf.onChange(resolve))
    deaf.checkVersion(deaf.version + 1)
    await changed
    expect(deaf.endpoint(id)?.id).toBe(id)
    await deaf.stop()
  })

  it('is right after every reload, however many are asked for at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { id } = await make({ name: `at once ${index}` })
        await other.reload()
        return other.endpoint(id)?.name
      }),
    )
    expect(made.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `at once ${index}`).toSorted())
  })
})

describe('a start with the wrong secrets key', () => {
  it('is refused before anything is read with it', async () => {
    await checkSecretsKey(api.database, api.sealer)
    await expect(checkSecretsKey(api.database, new Sealer(randomBytes(32)))).rejects.toThrow(
      "the secrets key is not the one that this database's secrets were sealed with",
    )
  })

  it('would not open an endpoint either, and says which', async () => {
    const { id } = await make()
    const wrong = new Catalog({
      database: api.database,
      sealer: new Sealer(randomBytes(32)),
      log: silentLog,
      clock: systemClock,
    })
    await expect(wrong.start()).rejects.toThrow(/endpoints\.url:ep_\w+ cannot be opened/)
    await wrong.stop()
    expect(id).toMatch(/^ep_/)
  })
})
