import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { isAlive } from '../../src/store/embedded/processes.ts'
import { run } from '../cli/program.ts'
import { Load } from './load.ts'
import { FaultNode } from './node.ts'
import { Tally } from './tally.ts'
import { until } from './until.ts'

const STOPS = 3
const SLOW_MS = 700

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it(`stops in order ${STOPS} times under load, receivers slow: nothing lost, nothing sent twice, no Postgres left`, async () => {
  const tally = await Tally.start()
  const slow = await Tally.start(() => ({ status: 200, delayMs: SLOW_MS }))
  const node = await FaultNode.make()
  ends.push(
    () => tally.close(),
    () => slow.close(),
    () => node.remove(),
  )
  await node.start()
  await node.addEndpoint(tally.url)
  await node.addEndpoint(slow.url, { concurrency: 100 })
  const load = new Load({ url: node.url, token: node.token, perSecond: 100 })

  for (let stop = 0; stop < STOPS; stop++) {
    const [before, slowBefore] = [tally.unique, slow.unique]
    await until(() => tally.unique > before + 50 && slow.unique > slowBefore + 20)
    const { postmaster } = node
    const socketFolder = socketFolderOf(node)
    expect(existsSync(socketFolder)).toBe(true)

    const second = await run(['serve', '--port', '0', '--data-dir', node.dataDir])
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain(`The data folder ${node.dataDir} is in use by another copy`)

    const outcome = await node.stop()
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain('stopped')
    expect(isAlive(postmaster as number)).toBe(false)
    expect(existsSync(socketFolder)).toBe(false)
    expect(existsSync(join(node.dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
    await node.start()
  }

  await load.stop()
  await tally.received(load.acknowledged)
  await slow.received(load.acknowledged)
  await node.settled()
  console.info(
    `${STOPS} stops: ${load.acknowledged.size} acknowledged, to two endpoints each; ` +
      `${tally.unique} and ${slow.unique} delivered, ${tally.duplicates + slow.duplicates} duplicates`,
  )
  expect(tally.duplicates + slow.duplicates).toBe(0)
  expect((await node.stop()).code).toBe(0)
})

/** The fifth line of postmaster.pid. */
function socketFolderOf(node: FaultNode): string {
  const file = readFileSync(join(node.dataDir, 'postgres', 'postmaster.pid'), 'utf8')
  return file.split('\n')[4] as string
}
