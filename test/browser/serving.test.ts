import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveConsole } from '../../src/api/console.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { buildConsole } from './console-pages.ts'

const ASSETS = fileURLToPath(new URL('../../web/dist/assets', import.meta.url))
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('The console beside the API', () => {
  let app: TestApp
  beforeAll(async () => {
    await buildConsole()
    app = await startTestApp()
  })
  afterAll(() => app?.stop())

  const get = (path: string, headers: Record<string, string> = NAVIGATION) =>
    fetch(app.url + path, { headers })

  it.each(['/', '/deliveries/dlv_1', '/events/evt_1?x=1'])(
    'answers a navigation to %s with its page',
    async path => {
      const response = await get(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(await response.text()).toContain('<div id="root">')
    },
  )

  it('lets nothing inline run, and nothing of anybody else', async () => {
    const response = await get('/')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(await response.text()).not.toMatch(/<script>|<style|https?:\/\//)
  })

  it.each(['/v1/nothing', '/docs/nothing', '/metrics/x', '/ping/x', '/api/x'])(
    'leaves %s to the API',
    async path => {
      const response = await get(path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
    },
  )

  it('answers what is no navigation with 404', async () => {
    expect((await get('/deliveries', { accept: 'application/json' })).status).toBe(404)
    expect((await get('/assets/nothing.js')).status).toBe(404)
    expect((await get('/assets/..%2f..%2fpackage.json')).status).toBe(403)
  })

  it('serves assets compressed, to be kept for ever', async () => {
    const script = readdirSync(ASSETS).find(name => name.endsWith('.js'))
    const response = await get(`/assets/${script}`, { 'accept-encoding': 'br' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-encoding')).toBe('br')
    expect(response.headers.get('content-type')).toContain('javascript')
    expect(response.headers.get('cache-control')).toContain('immutable')
  })

  it('says how to build it where it is not built', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'statuspulse-console-'))
    const bare = fastify()
    serveConsole(bare, empty)
    const answer = await bare.inject({ url: '/', headers: NAVIGATION })
    expect(answer.statusCode).toBe(404)
    expect(answer.body).toContain('npm run build:web')
    await bare.close()
    await rm(empty, { recursive: true })
  })
})
