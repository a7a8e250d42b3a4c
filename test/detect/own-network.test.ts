import { describe, expect, it } from 'vitest'
import type { CheckErrorClass, CheckResult, Host } from '../../src/detect/checks/index.ts'
import { NetworkJudge } from '../../src/detect/scheduler-network.ts'
import { operatorNetwork, probeOver, readReference } from '../../src/detect/scheduler-probe.ts'
import { TestClock } from '../helpers/clock.ts'
import { closedPort, networkWith, receiverWith } from './harness.ts'
import { resultAt } from './results.ts'

const SHOP = { hostname: 'shop.test', port: 443 }
const BLOG = { hostname: 'blog.test', port: 443 }
const REFERENCE = { hostname: 'reference.test', port: 53 }

/** A judge, the hosts that it asked, and a network in which only `alive` answer. */
function world(options: { references?: readonly Host[] } = {}) {
  const clock = new TestClock()
  const asked: string[] = []
  const alive = new Set<string>()
  const probe = async ({ hostname }: Host) => {
    asked.push(hostname)
    return alive.has(hostname)
  }
  const judge = new NetworkJudge({
    clock,
    random: () => 0.5,
    probe,
    ...(options.references && { references: { hosts: options.references, probe } }),
  })
  const see = (host: Host | null, result: CheckResult) => judge.isCutOff(host, result)
  return {
    clock,
    asked,
    alive,
    judge,
    answers: (host: Host, remoteAddress = '93.184.215.14') => {
      alive.add(host.hostname)
      return see(host, resultAt(clock.now(), { remoteAddress }))
    },
    /** A check of `host` that began `agoMs` ago ends like this; resolves with whether that is our fault. */
    fails: (host: Host | null, errorClass: CheckErrorClass = 'timeout', agoMs = 0) => {
      if (host) alive.delete(host.hostname)
      return see(host, resultAt(clock.now() - agoMs, { errorClass }))
    },
  }
}

describe('that nobody answers a check', () => {
  it('is believed when another host answered a check that began later', async () => {
    const { clock, answers, fails, asked } = world()
    await answers(BLOG)
    expect(await fails(SHOP, 'timeout', 5_000)).toBe(false)
    clock.advance(1)
    expect(asked).toEqual([])
  })

  it('is believed when another host answers now', async () => {
    const { clock, answers, fails, asked } = world()
    await answers(BLOG)
    clock.advance(10_000)
    expect(await fails(SHOP, 'timeout', 5_000)).toBe(false)
    expect(asked).toEqual(['blog.test'])
  })

  it('is our own trouble when no other host answers now', async () => {
    const { clock, answers, fails, alive, judge } = world()
    await answers(BLOG)
    clock.advance(10_000)
    alive.clear()
    expect(judge.cutOffSince).toBeNull()
    expect(await fails(SHOP, 'timeout', 5_000)).toBe(true)
    expect(judge.cutOffSince).toBe(clock.now())
    await answers(BLOG)
    expect(judge.cutOffSince).toBeNull()
  })

  it('says nothing about the target if its check began while we were cut off', async () => {
    const { clock, answers, fails, alive } = world()
    await answers(BLOG)
    clock.advance(10_000)
    alive.clear()
    expect(await fails(SHOP)).toBe(true)
    clock.advance(1_000)
    await answers(BLOG)
    clock.advance(100)
    expect(await fails(SHOP, 'timeout', 500)).toBe(true)
    expect(await fails(SHOP, 'timeout', 50)).toBe(false)
  })

  it('is believed when there is nobody to compare with', async () => {
    const { answers, fails, clock } = world()
    await answers(SHOP)
    clock.advance(10_000)
    expect(await fails(SHOP)).toBe(false)
  })

  it('is believed without references after everybody was silent for a minute', async () => {
    const { clock, answers, fails, alive } = world()
    for (let index = 0; index < 10; index++) await answers({ hostname: `host${index}.test`, port: 80 })
    alive.clear()
    clock.advance(1_000)
    expect(await fails(SHOP)).toBe(true)
    clock.advance(59_000)
    expect(await fails(SHOP)).toBe(true)
    clock.advance(1_000)
    expect(await fails(SHOP)).toBe(false)
  })

  it('is compared with hosts that answered their last check only', async () => {
    const { clock, answers, fails, asked } = world()
    await answers(BLOG)
    clock.advance(10_000)
    await fails(BLOG)
    asked.length = 0
    clock.advance(10_000)
    expect(await fails(SHOP)).toBe(false)
    expect(asked).toEqual([])
  })

  it('asks at most three, once for all that wait for it', async () => {
    const { clock, answers, fails, alive, asked } = world()
    const hosts = Array.from({ length: 20 }, (_, index) => ({ hostname: `host${index}.test`, port: 80 }))
    for (const host of hosts) await answers(host)
    clock.advance(10_000)
    alive.clear()
    expect(await Promise.all(hosts.map(host => fails(host, 'timeout', 3_000)))).toEqual(hosts.map(() => true))
    expect(asked).toHaveLength(3)
  })
})

describe('what came over a working network', () => {
  it.each(['connection_refused', 'unexpected_status', 'assertion', 'tls', 'connection_reset'] as const)(
    'is believed at once: %s',
    async errorClass => {
      const { clock, answers, fails, alive, asked } = world()
      await answers(BLOG)
      alive.clear()
      clock.advance(10_000)
      expect(await fails(SHOP, errorClass)).toBe(false)
      expect(asked).toEqual([])
    },
  )

  it('is all that this machine itself fails to answer', async () => {
    const { clock, answers, fails, alive, asked } = world()
    await answers(BLOG)
    await answers({ hostname: 'app.internal', port: 80 }, '127.0.0.1')
    alive.clear()
    clock.advance(10_000)
    for (const hostname of ['localhost', '127.0.0.1', '::1', 'app.internal'])
      expect(await fails({ hostname, port: 80 })).toBe(false)
    expect(asked).toEqual([])
  })

  it('and its answers are no sign of a network', async () => {
    const { clock, answers, fails, alive } = world()
    await answers(BLOG)
    clock.advance(10_000)
    alive.clear()
    await answers({ hostname: 'localhost', port: 80 }, '127.0.0.1')
    expect(await fails(SHOP, 'timeout', 5_000)).toBe(true)
  })
})

describe('whom silence is compared with', () => {
  it('a failed look-up: only with hosts that have a name to look up', async () => {
    const { clock, answers, fails, alive, asked } = world()
    await answers({ hostname: '93.184.215.7', port: 80 })
    await answers(BLOG)
    alive.delete(BLOG.hostname)
    clock.advance(10_000)
    await answers({ hostname: '93.184.215.7', port: 80 })
    expect(await fails(SHOP, 'dns', 5_000)).toBe(true)
    expect(asked).toEqual(['blog.test'])
    expect(await fails(null, 'dns', 5_000)).toBe(true)
  })

  it('a host on the Internet: not with one on our own network', async () => {
    const { clock, answers, fails, alive } = world()
    await answers(SHOP)
    await answers(BLOG)
    alive.delete(BLOG.hostname)
    clock.advance(10_000)
    await answers({ hostname: 'printer.lan', port: 80 }, '10.0.0.9')
    expect(await fails(SHOP, 'timeout', 5_000)).toBe(true)
  })

  it('a host on our own network: with any', async () => {
    const { clock, answers, fails } = world()
    await answers({ hostname: 'printer.lan', port: 80 }, '10.0.0.9')
    clock.advance(10_000)
    await answers(BLOG)
    expect(await fails({ hostname: 'printer.lan', port: 80 }, 'timeout', 5_000)).toBe(false)
  })
})

describe('references that the operator named', () => {
  it('are asked instead of monitored hosts, and have the last word', async () => {
    const { clock, answers, fails, alive, asked } = world({ references: [REFERENCE] })
    await answers(BLOG)
    clock.advance(10_000)
    alive.clear()
    for (let minute = 0; minute < 5; minute++) {
      expect(await fails(SHOP)).toBe(true)
      clock.advance(60_000)
    }
    alive.add(REFERENCE.hostname)
    expect(await fails(SHOP)).toBe(false)
    expect(new Set(asked)).toEqual(new Set(['reference.test']))
  })

  it('serve a single monitor too', async () => {
    const { fails } = world({ references: [REFERENCE] })
    expect(await fails(SHOP)).toBe(true)
  })

  it('that are addresses are no comparison for a failed look-up', async () => {
    const { fails } = world({ references: [{ hostname: '192.0.2.1', port: 53 }] })
    expect(await fails(SHOP, 'dns')).toBe(false)
  })

  it.each([
    ['one.one.one.one:53', { hostname: 'one.one.one.one', port: 53 }],
    ['192.0.2.1:443', { hostname: '192.0.2.1', port: 443 }],
    ['[2001:db8::1]:53', { hostname: '2001:db8::1', port: 53 }],
    ['a.test', null],
    ['a.test:0', null],
    ['a.test:70000', null],
    ['http://a.test:80', null],
    ['[192.0.2.1]:80', null],
  ])('are read from %s', (text, host) => {
    expect(readReference(text)).toEqual(host)
  })
})

describe('a host that is asked', () => {
  it('answers by taking the connection, or by refusing it', async () => {
    const receiver = await receiverWith()
    const probe = probeOver(networkWith())
    expect(await probe({ hostname: 'localhost', port: receiver.port }, 1_000)).toBe(true)
    expect(await probe({ hostname: 'localhost', port: await closedPort() }, 1_000)).toBe(true)
    expect(receiver.requests).toEqual([])
    const deaf = networkWith({}, () => new Promise(() => {}))
    expect(await probeOver(deaf)({ hostname: 'shop.test', port: 80 }, 50)).toBe(false)
  })

  it('may be anywhere if the operator named it', async () => {
    const receiver = await receiverWith()
    expect(
      await probeOver(operatorNetwork('1.0.0'))({ hostname: '127.0.0.1', port: receiver.port }, 1_000),
    ).toBe(true)
  })
})
