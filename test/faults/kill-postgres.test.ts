import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { Load } from './load.ts'
import { FaultNode } from './node.ts'
import { between, type Random, seededRandom } from './random.ts'
import { Tally } from './tally.ts'
import { until } from './until.ts'

const KILLS = 20

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it(`loses nothing that it acknowledged when its Postgres is killed ${KILLS} times under load, and goes on by itself`, async () => {
  const random = seededRandom('kill -9 of Postgres')
  const tally = await Tally.start()
  const node = await FaultNode.make()
  ends.push(
    () => tally.close(),
    () => node.remove(),
  )
  await node.start()
  await node.addEndpoint(tally.url)
  const load = new Load({ url: node.url, token: node.token, perSecond: 500 })

  let backends = 0
  for (let kill = 0; kill < KILLS; kill++) {
    await until(async () => (await node.call('GET', '/readyz')).status === 200)
    const arrived = tally.unique
    await until(() => tally.unique > arrived)
    await wait(between(random, 0, 800))
    // Postgres itself restarts all its processes when one of them is killed.
    if (random() < 0.3 && killBackend(node.postmaster, random)) backends++
    else await node.killPostgres()
  }

  await until(async () => (await node.call('GET', '/readyz')).status === 200)
  await load.stop()
  await tally.received(load.acknowledged)
  await node.settled()
  console.info(
    `${KILLS} kills, ${backends} of them of a backend: ${load.acknowledged.size} acknowledged, ` +
      `${tally.unique} delivered, ${tally.duplicates} duplicates, ${load.refusals.length} requests answered 503, ` +
      `${load.repeats} events repeated that had been accepted`,
  )
  expect(tally.missing(load.acknowledged)).toEqual([])
  expect(tally.twofold()).toEqual([])
  expect(load.refusals.length).toBeGreaterThan(0)
  for (const refusal of load.refusals) {
    expect(refusal).toMatchObject({ status: 503, contentType: 'application/problem+json; charset=utf-8' })
    expect(refusal.retryAfter).toMatch(/^\d+$/)
  }
  expect(load.unanswered).toBe(0)
  expect(node.run.child.exitCode).toBeNull()
  expect((await node.stop()).code).toBe(0)
}, 900_000)

/** Kills one of the server's processes that serve clients; false if there is none. */
function killBackend(postmaster: number | null, random: Random): boolean {
  const backends = readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && isBackendOf(pid, postmaster))
  const chosen = backends[Math.floor(random() * backends.length)]
  if (chosen === undefined) return false
  process.kill(Number(chosen), 'SIGKILL')
  return true
}

function isBackendOf(pid: string, postmaster: number | null): boolean {
  try {
    const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(parent) === postmaster && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('[local]')
  } catch {
    return false
  }
}
