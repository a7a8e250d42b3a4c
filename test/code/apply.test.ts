import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkedFile } from '../../src/cli/code/file.ts'
import { writeSource } from '../../src/cli/code/write.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { documents } from './documents.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

/** Applies a document; fails the test if it is refused. */
async function apply(document: Record<string, unknown>, query = '') {
  const { status, body } = await app.call('PUT', `/v1/code?${query}`, document)
  expect([status, body.errors]).toEqual([200, undefined])
  return body
}

const summary = ({ changes }: { changes: { action: string; thing: string; name: string }[] }) =>
  changes.map(({ action, thing, name }) => `${action} ${thing} ${name}`)

const exported = async () => (await app.call('GET', '/v1/code')).body.document

/** What there is, by name and id. */
async function things() {
  const [monitors, endpoints] = await Promise.all([
    app.call('GET', '/v1/monitors?limit=100'),
    app.call('GET', '/v1/endpoints?limit=100'),
  ])
  const pick = (data: { id: string; name: string }[]) => data.map(({ id, name }) => `${name} ${id}`).sort()
  return [...pick(monitors.body.data), ...pick(endpoints.body.data)]
}

const tcp = (name: string, more = {}) => ({
  name,
  kind: 'tcp',
  spec: { host: 'localhost', port: 1 },
  interval_s: 3_600,
  ...more,
})

describe('a document', () => {
  it('is applied: what is new is made, what differs is changed, what is the same stays', async () => {
    const first = {
      name: 'a',
      monitors: [tcp('a-one'), tcp('a-two')],
      endpoints: [{ name: 'a-end', url: 'http://127.0.0.1:9999/' }],
    }
    const made = await apply(first)
    expect(summary(made)).toEqual(['create endpoint a-end', 'create monitor a-one', 'create monitor a-two'])
    expect(made.changes[0].secret).toMatch(/^whsec_/)
    expect(await apply(first)).toMatchObject({ changes: [], unchanged: 3, orphans: [] })
    const next = { ...first, monitors: [tcp('a-one', { interval_s: 60 }), tcp('a-two')] }
    const changed = await apply(next)
    expect(summary(changed)).toEqual(['update monitor a-one'])
    expect(changed.changes[0].fields).toEqual([{ path: 'interval_s', before: 3_600, after: 60 }])
  })

  it('takes nothing away unless it is to prune, and then only what it made itself', async () => {
    await app.call('POST', '/v1/monitors', tcp('b-by-hand'))
    await apply({ name: 'b', monitors: [tcp('b-one'), tcp('b-two')] })
    await apply({ name: 'b-other', monitors: [tcp('b-others')] })
    const kept = await apply({ name: 'b', monitors: [tcp('b-one')] })
    expect(kept).toMatchObject({ changes: [], orphans: [{ thing: 'monitor', name: 'b-two' }] })
    const pruned = await apply({ name: 'b', monitors: [] }, 'prune=true')
    expect(summary(pruned).sort()).toEqual(['delete monitor b-one', 'delete monitor b-two'])
    const names = (await app.call('GET', '/v1/monitors?search=b-')).body.data.map(
      (one: { name: string }) => one.name,
    )
    expect(names).toEqual(['b-by-hand', 'b-others'])
  })

  it('changes nothing in a dry run, and says the same', async () => {
    const before = await things()
    const document = { name: 'c', monitors: [tcp('c-one')] }
    const dry = await apply(document, 'dry_run=true')
    expect([dry.dry_run, summary(dry)]).toEqual([true, ['create monitor c-one']])
    expect(await things()).toEqual(before)
    expect(summary(await apply(document))).toEqual(summary(dry))
  })

  it.each([
    [
      'a field that is wrong',
      { monitors: [tcp('d-one'), tcp('d-two', { interval_s: 1 })] },
      'monitors[1].interval_s',
    ],
    ['a name that is there twice', { monitors: [tcp('d-one'), tcp('d-one')] }, 'monitors[1].name'],
    [
      'a slug that is taken',
      {
        monitors: [
          { name: 'd h', kind: 'heartbeat' },
          { name: 'd-h', kind: 'heartbeat' },
        ],
      },
      null,
    ],
    [
      'a target that is refused',
      { monitors: [tcp('d-one')], endpoints: [{ name: 'd', url: 'http://10.0.0.1/' }] },
      'endpoints[0].url',
    ],
    [
      'a secret that nobody knows',
      { endpoints: [{ name: 'd', url: 'http://127.0.0.1:9999/', headers: { a: '********' } }] },
      'endpoints[0].headers.a',
    ],
    ['a section that is none', { monitors: [tcp('d-one')], checks: [] }, 'checks'],
  ])('with %s touches nothing', async (_, document, path) => {
    const before = await things()
    const { status, body } = await app.call('PUT', '/v1/code', { name: 'd', ...document })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    if (path) expect(body.errors.map((error: { path: string }) => error.path)).toContain(path)
    expect(await things()).toEqual(before)
  })

  it('applied by many at once is applied as if one after the other', async () => {
    const wanted = (value: number) => ({
      name: 'e',
      monitors: Array.from({ length: 5 }, (_, index) => tcp(`e-${index}`, { interval_s: value })),
      endpoints: [{ name: 'e', url: `http://127.0.0.1:9999/${value}` }],
    })
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => apply(wanted(60 + index))))
    const creates = results.flatMap(summary).filter(line => line.startsWith('create'))
    expect(creates).toHaveLength(6)
    const { monitors, endpoints } = await exported()
    const ours = monitors.filter(({ name }: { name: string }) => name.startsWith('e-'))
    const value = ours[0].interval_s
    expect(ours).toHaveLength(5)
    for (const one of ours) expect(one.interval_s).toBe(value)
    const { url } = endpoints.find(({ name }: { name: string }) => name === 'e')
    expect(url).toBe(`http://127.0.0.1:9999/${value}`)
  })
})

describe('what was exported', () => {
  it('is valid, and applied again it changes nothing, whatever there was', async () => {
    const own = await startTestApp()
    try {
      await fc.assert(
        fc.asyncProperty(documents, async document => {
          const applied = await own.call('PUT', '/v1/code?prune=true', document)
          expect([applied.status, applied.body.errors]).toEqual([200, undefined])
          const before = await own.call('GET', '/v1/code')
          expect(before.body.left_out).toEqual([])
          const { source } = checkedFile('exported.yaml', writeSource(before.body.document, []), {})
          const again = await own.call('PUT', '/v1/code?dry_run=true&prune=true', source.document)
          expect(again.body).toMatchObject({ changes: [], orphans: [] })
          // And the file that was applied is still what there is.
          const same = await own.call('PUT', '/v1/code?dry_run=true', document)
          expect(same.body).toMatchObject({ changes: [] })
        }),
        { numRuns: 60 },
      )
    } finally {
      await own.stop()
    }
  })
})
