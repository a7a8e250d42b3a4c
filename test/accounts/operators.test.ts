import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { join, type Person, setUp } from './person.ts'

let app: TestApp
let olga: Person
let olgaId: string
beforeAll(async () => {
  app = await startTestApp()
  olga = await setUp(app.url, app.token)
  olgaId = await idOf(olga)
})
afterAll(() => app?.stop())

async function idOf(person: Person): Promise<string> {
  return (await person.call('GET', '/v1/session')).body.who.user.id
}

const make = (by: Person, email: string) => by.call('POST', '/v1/operators', { email })
const end = (by: Person, id: string) => by.call('DELETE', `/v1/operators/${id}`)
const emails = async () =>
  (await olga.call('GET', '/v1/operators')).body.data.map((one: { email: string }) => one.email)

describe('A second operator', () => {
  let ben: Person
  let benId: string
  beforeAll(async () => {
    ben = await join(app.url, olga, 'ben@example.com', 'viewer')
    benId = await idOf(ben)
  })

  it('is made by the first, may all of the installation at once, and is a user like others again', async () => {
    expect((await ben.call('GET', '/v1/nodes')).status).toBe(403)
    const made = await make(olga, 'Ben@Example.com')
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ user_id: benId, email: 'ben@example.com', name: 'ben' }),
    ])
    expect((await ben.call('GET', '/v1/nodes')).status).toBe(200)
    expect((await ben.call('GET', '/v1/session')).body.who.user.operator).toBe(true)
    // What somebody is in a workspace is another matter.
    expect((await ben.call('GET', '/v1/members')).status).toBe(403)
    expect(await emails()).toEqual(['olga@example.com', 'ben@example.com'])

    expect((await end(olga, benId)).status).toBe(200)
    expect((await ben.call('GET', '/v1/nodes')).status).toBe(403)
    expect((await end(olga, benId)).status).toBe(404)
  })

  it('stands in the audit log, with who made them one', async () => {
    const { data } = (await olga.call('GET', `/v1/audit?target=${benId}`)).body
    const ofOperators = data.filter((one: { operation: string }) => /Operator/.test(one.operation))
    expect(ofOperators.map((one: { summary: string }) => one.summary)).toEqual([
      'Ended that somebody is an operator of the installation: "ben@example.com"',
      'Made an operator of the installation of "ben@example.com"',
    ])
    expect(ofOperators[0].actor).toMatchObject({ kind: 'user', name: 'Olga' })
  })

  it('must have an account', async () => {
    const { status, body } = await make(olga, 'nobody@example.com')
    expect([status, body.errors[0].path]).toEqual([422, 'email'])
  })

  it('is nothing that a member can make of themselves', async () => {
    expect((await make(ben, 'ben@example.com')).status).toBe(403)
  })
})

describe('The last operator', () => {
  beforeEach(async () => expect(await emails()).toEqual(['olga@example.com']))

  it('stays one', async () => {
    const { status, body } = await end(olga, olgaId)
    expect([status, body.detail]).toEqual([409, expect.stringContaining('last operator')])
  })

  it('stays a member of the last of their workspaces, else nobody could sign in as one', async () => {
    const key = { authorization: `Bearer ${app.token}`, cookie: '' }
    const una = await join(app.url, olga, 'una@example.com', 'owner')
    const refused = await una.call('DELETE', `/v1/members/${olgaId}`, undefined, key)
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('last operator')])

    await make(olga, 'una@example.com')
    const unaId = await idOf(una)
    const both = await Promise.all([end(olga, unaId), end(una, olgaId)])
    expect(both.map(({ status }) => status).filter(status => status === 200)).toHaveLength(1)
    const { data } = (await olga.call('GET', '/v1/operators', undefined, key)).body
    expect(data).toHaveLength(1)
  })
})
