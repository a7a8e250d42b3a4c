import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { parseAtomFeed } from 'feedsmith'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answered, type StatusScene, startStatusScene } from './scene.ts'

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(2)> & ]]> \u202e`
/** What must never be told. */
const INTERNAL = [
  'internal-checkout-db',
  'secret-path',
  '127.0.0.1',
  'HTTP 500',
  'for our own eyes',
  'Ana',
  'inc_',
  'mon_',
  'ws_',
]

describe('The public status page', () => {
  let scene: StatusScene
  beforeAll(async () => {
    scene = await startStatusScene()
  })
  afterAll(() => scene?.stop())

  it('is not there until somebody switches it on, and looks then as if it never was', async () => {
    const before = await scene.look('/status/acme')
    await scene.publish({ enabled: false })
    const switchedOff = await scene.look('/status/acme')
    const never = await scene.look('/status/nobody')
    for (const answer of [before, switchedOff]) {
      expect(answer.status).toBe(404)
      expect(answer.text).toBe(never.text)
      expect(shapeOf(answer)).toEqual(shapeOf(never))
    }
    expect((await scene.look('/status/acme.json')).status).toBe(404)
    expect((await scene.look('/status/acme/feed.atom')).status).toBe(404)
  })

  it('tells what was chosen, by the names that were chosen, and no more, in all its forms', async () => {
    const incidentId = await scene.openIncident()
    await scene.publish({ description: 'All about Acme.' })
    await scene.comment(incidentId, { comment: 'for our own eyes', by: 'Ana' })
    await scene.comment(incidentId, { comment: 'We are on it.', by: 'Ana', public: true })
    await scene.fresh()
    const html = (await scene.look('/status/acme')).text
    expect(html).toContain('1 service is down')
    for (const said of [
      'All about Acme.',
      'Checkout is down',
      'We are on it.',
      'Shop',
      'Open incidents',
      'Scheduled maintenance: Checkout',
    ])
      expect(html).toContain(said)
    const atom = (await scene.look('/status/acme/feed.atom')).text
    const json = (await scene.look('/status/acme.json')).text
    for (const text of [html, atom, json]) {
      for (const word of INTERNAL) expect(text).not.toContain(word)
      expect(text).toContain('We are on it.')
    }
    const told = JSON.parse(json)
    expect(told).toMatchObject({
      status: 'down',
      groups: [{ name: 'Shop', services: [{ name: 'Checkout', status: 'down' }] }],
    })
    expect(told.groups[0].services[0].days).toHaveLength(90)
  })

  it('has a feed that a feed reader understands', async () => {
    const { text, headers } = await scene.look('/status/acme/feed.atom')
    expect(headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
    const feed = parseAtomFeed(text)
    expect(feed.title?.value ?? feed.title).toBe('Acme status')
    expect(feed.id).toBe('urn:statuspulse:status:acme')
    expect(feed.links?.map(({ rel }) => rel)).toEqual(['self', 'alternate'])
    expect(Date.parse(String(feed.updated))).not.toBeNaN()
    expect(feed.entries).toHaveLength(1)
    const [entry] = feed.entries!
    for (const field of ['id', 'title', 'updated', 'published', 'content'] as const)
      expect(entry?.[field]).toBeTruthy()
  })

  it('is cacheable, compressed and strict', async () => {
    const answer = await scene.look('/status/acme', { 'accept-encoding': 'identity' })
    expect(answer.headers.get('cache-control')).toBe('public, max-age=5')
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe')
    expect(answer.headers.get('vary')).toBe('accept-encoding')
    const etag = answer.headers.get('etag') as string
    const again = await scene.look('/status/acme', { 'if-none-match': etag })
    expect([again.status, again.text]).toEqual([304, ''])
    for (const [encoding, unpack] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
    ] as const) {
      const packed = await scene.raw('/status/acme', { 'accept-encoding': encoding })
      expect(packed.headers['content-encoding']).toBe(encoding)
      expect(unpack(packed.body).toString()).toContain('Acme status')
    }
    const head = await scene.raw('/status/acme', {}, 'HEAD')
    expect([head.status, head.body.length]).toEqual([200, 0])
  })

  it('is written once, however many read it, and again only after some seconds', async () => {
    await scene.fresh()
    const first = await scene.look('/status/acme')
    const unlock = await scene.lockTables()
    const answers = await Promise.all(Array.from({ length: 200 }, () => scene.look('/status/acme')))
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([first.text]))
    for (let index = 0; index < 50; index++) {
      expect((await scene.look(`/status/nobody-${index}`)).status).toBe(404)
    }
    await unlock()
    await scene.fresh()
    expect((await scene.look('/status/acme')).text).not.toBe(first.text)
  })

  it('escapes whatever it is given', async () => {
    await scene.publish({
      title: HOSTILE,
      description: HOSTILE,
      groups: [{ name: HOSTILE, monitors: [{ monitor_id: scene.monitorId, display_name: HOSTILE }] }],
    })
    const { text } = await scene.look('/status/acme')
    expect(text).not.toMatch(/<script|<img/)
    expect(text).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt; &amp; ]]&gt;',
    )
    expect(text).not.toContain('\u202e')
    const feed = parseAtomFeed((await scene.look('/status/acme/feed.atom')).text)
    expect(feed.entries?.[0]?.title?.value ?? feed.entries?.[0]?.title).toContain('<script>alert(1)</script>')
    expect((await scene.look('/status/acme.json')).headers.get('content-type')).toMatch(/^application\/json/)
  })

  it('shows no incidents where they are not to be shown', async () => {
    await scene.publish({ show_incidents: false })
    const { text } = await scene.look('/status/acme')
    expect(text).not.toContain('incidents')
    expect(parseAtomFeed((await scene.look('/status/acme/feed.atom')).text).entries ?? []).toEqual([])
  })

  it('refuses what cannot be, and names the field', async () => {
    const refused = async (change: object) => {
      const { status, body } = await scene.put(change)
      return [status, body.errors?.[0]?.path]
    }
    expect(await refused({ slug: 'Not A Slug' })).toEqual([422, 'slug'])
    const stranger = { monitor_id: 'mon_nobody', display_name: 'x' }
    expect(await refused({ groups: [{ monitors: [stranger] }] })).toEqual([
      422,
      'groups[0].monitors[0].monitor_id',
    ])
    const twice = { monitor_id: scene.monitorId, display_name: 'x' }
    expect(await refused({ groups: [{ monitors: [twice, twice] }] })).toEqual([
      422,
      'groups[0].monitors[1].monitor_id',
    ])
  })
})

function shapeOf({ headers }: Answered): unknown {
  return [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
}
