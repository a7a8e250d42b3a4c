import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { Load } from './load.ts'
import { FaultNode } from './node.ts'
import { between, seededRandom } from './random.ts'
import { Tally } from './tally.ts'

const KILLS = 50

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it(`loses nothing that it acknowledged when it is killed ${KILLS} times under load, at times with its Postgres`, async () => {
  const random = seededRandom('kill -9 of the node')
  const tally = await Tally.start()
  const node = await FaultNode.make()
  ends.push(
    () => tally.close(),
    () => node.remove(),
  )
  await node.start()
  await node.addEndpoint(tally.url)
  const load = new Load({ url: node.url, token: node.token, perSecond: 500 })

  let duringStart = 0
  let withPostgres = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const run = node.run
    const inTheMiddle = kill > 0 && random() < 0.25
    if (inTheMiddle) {
      await wait(between(random, 0, 600))
    } else {
      await run.prints(/^\{.*\}$/m)
      await wait(between(random, 200, 1_000))
    }
    if (inTheMiddle && run.stdout === '') duringStart++
    await node.kill()
    if (random() < 0.2) {
      withPostgres++
      await node.killPostgres()
    }
    node.launch()
  }

  await node.run.prints(/^\{.*\}$/m)
  await load.stop()
  await tally.received(load.acknowledged)
  await node.settled()
  console.info(
    `${KILLS} kills, ${duringStart} of them during the start, ${withPostgres} with Postgres: ` +
      `${load.acknowledged.size} acknowledged, ${tally.unique} delivered, ${tally.duplicates} duplicates, ` +
      `${load.unanswered} requests unanswered, ${load.repeats} events repeated that had been accepted`,
  )
  expect(tally.missing(load.acknowledged)).toEqual([])
  expect(tally.twofold()).toEqual([])
  expect(load.refusals).toEqual([])
  expect((await node.stop()).code).toBe(0)
}, 900_000)
