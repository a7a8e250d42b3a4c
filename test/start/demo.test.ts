import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isFailing } from '../../src/cli/demo/servers.ts'
import { Run } from '../cli/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'statuspulse-demo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function serve(...flags: string[]): Run {
  return new Run(['serve', '--json', '--port', '0', '--data-dir', folder, '--log-format', 'text', ...flags])
}

async function list(url: string, token: string, path: string): Promise<{ name: string }[]> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
  return ((await response.json()) as { data: { name: string }[] }).data
}

describe('the demo', () => {
  it('fails for 20 s of every minute, for the first time 10 s after the start', () => {
    const failing = Array.from({ length: 120 }, (_, second) => isFailing(second * 1000))
    expect(failing.indexOf(true)).toBe(10)
    expect(failing.slice(0, 60).filter(Boolean)).toHaveLength(20)
    expect(failing.slice(60)).toEqual(failing.slice(0, 60))
  })

  it('shows an outage opened and resolved at its receiver, goes on at the next start, and can be switched off', async () => {
    const first = serve('--demo')
    const [line] = await first.prints(/^\{.*\}$/m)
    const { url, admin_token: token } = JSON.parse(line)
    await first.prints(/demo receiver: incident.opened of demo-shop, signature verified/, 'stderr')
    await first.prints(/demo receiver: incident.resolved of demo-shop, signature verified/, 'stderr')
    expect(await list(url, token, '/v1/monitors')).toMatchObject([
      { name: 'demo-shop', status: 'operational' },
    ])
    await first.stop()

    const second = serve()
    await second.prints(/demo receiver: incident.opened of demo-shop, signature verified/, 'stderr')
    await second.stop()

    const third = serve('--no-demo')
    const [again] = await third.prints(/^\{.*\}$/m)
    const later = JSON.parse(again)
    expect(await list(later.url, token, '/v1/monitors')).toEqual([])
    expect(await list(later.url, token, '/v1/endpoints')).toEqual([])
    await third.stop()
  })
})
