import { describe, expect, it } from 'vitest'
import { Ticker } from '../../src/detect/ticker.ts'
import { TestClock } from '../helpers/clock.ts'

async function startTicker() {
  const clock = new TestClock(1_000_000)
  const log: string[] = []
  const ticker = new Ticker<{ name: string; dueAt: number; place: number }>({
    clock,
    onDue: item => log.push(`${item.name} at ${clock.now() - 1_000_000}`),
    onBlind: (from, until) => log.push(`blind from ${from - 1_000_000} until ${until - 1_000_000}`),
  })
  await ticker.start()
  const item = (name: string) => ({ name, dueAt: 0, place: -1 })
  const wake = (one: ReturnType<typeof item>, after: number | null) =>
    ticker.wake(one, after === null ? null : 1_000_000 + after)
  /** Lets time pass as it does for somebody who is awake. */
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) clock.advance(250)
  }
  return { clock, log, item, wake, pass }
}

describe('the ticker', () => {
  it('wakes everybody at their time, with one timer', async () => {
    const { log, item, wake, pass } = await startTicker()
    wake(item('second'), 2_500)
    wake(item('first'), 500)
    pass(5_000)
    expect(log).toEqual(['first at 500', 'second at 2500'])
  })

  it('wakes nobody who asked for another time since, or for none', async () => {
    const { log, item, wake, pass } = await startTicker()
    const moved = item('moved')
    wake(moved, 500)
    wake(moved, 1_500)
    const gone = item('gone')
    wake(gone, 500)
    wake(gone, null)
    pass(3_000)
    expect(log).toEqual(['moved at 1500'])
  })

  it('says that it was not awake, before it wakes anybody whose time passed meanwhile', async () => {
    const { clock, log, item, wake, pass } = await startTicker()
    wake(item('late'), 10_000)
    pass(2_000)
    clock.advance(60_000)
    expect(log).toEqual(['blind from 2000 until 62000', 'late at 62000'])
  })
})
