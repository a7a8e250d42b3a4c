import { describe, expect, it } from 'vitest'
import { DnsLookup } from '../../../src/detect/checks/base/lookup.ts'
import { CHECKS } from '../../../src/detect/checks/index.ts'
import { check, dnsServerWith, faultsOf, networkWith } from '../harness.ts'

const ZONE = {
  'shop.test': {
    A: ['192.0.2.1', '192.0.2.2'],
    AAAA: ['2001:db8:0:0:0:0:0:1'],
    MX: ['10 mail.shop.test', '20 backup.shop.test'],
    NS: ['ns1.shop.test', 'ns2.shop.test'],
    TXT: ['v=spf1 -all', 'long| text'],
    CAA: ['0 issue letsencrypt.org'],
    SOA: ['ns1.shop.test admin.shop.test 2024051401'],
  },
  'www.shop.test': { CNAME: ['Shop.test'] },
  '_sip._tcp.shop.test': { SRV: ['1 2 5060 sip.shop.test'] },
  '1.2.0.192.in-addr.arpa': { PTR: ['shop.test'] },
  'xn--grn-ioa.test': { A: ['192.0.2.3'] },
  'lost.test': 'drop',
  'broken.test': 'servfail',
  'closed.test': 'refused',
} as const

async function ask(spec: Readonly<Record<string, unknown>>, timeoutMs = 5_000) {
  const server = await dnsServerWith(ZONE)
  return check('dns', { server: '127.0.0.1', port: server.port, ...spec }, { timeoutMs })
}

describe('a dns check', () => {
  it('asks the server for the records', async () => {
    const server = await dnsServerWith(ZONE)
    const result = await check('dns', { name: 'shop.test', server: '127.0.0.1', port: server.port })
    expect(result).toMatchObject({ ok: true, error: null, remoteAddress: '127.0.0.1', statusCode: null })
    expect(result.samples.response_time_ms).toBeGreaterThan(0)
    expect(server.questions).toEqual(['A shop.test'])
  })

  it.each([
    ['A', 'shop.test', '192.0.2.2'],
    ['AAAA', 'shop.test', '2001:DB8::1'],
    ['MX', 'shop.test', '10  Mail.shop.test.'],
    ['NS', 'shop.test', 'ns2.shop.test'],
    ['TXT', 'shop.test', 'long text'],
    ['CAA', 'shop.test', '0 issue letsencrypt.org'],
    ['SOA', 'shop.test', 'ns1.shop.test. admin.shop.test. 2024051401'],
    ['CNAME', 'www.shop.test', 'shop.test'],
    ['SRV', '_sip._tcp.shop.test', '1 2 5060 sip.shop.test'],
    ['PTR', '1.2.0.192.in-addr.arpa', 'shop.test'],
    ['A', 'grün.test', '192.0.2.3'],
  ])('finds the %s record of %s: %s', async (record_type, name, value) => {
    expect((await ask({ name, record_type, values: [value] })).error).toBeNull()
  })

  it.each([
    ['all', ['192.0.2.1'], true],
    ['all', ['192.0.2.1', '192.0.2.9'], false],
    ['any', ['192.0.2.1', '192.0.2.9'], true],
    ['any', ['192.0.2.8', '192.0.2.9'], false],
    ['exactly', ['192.0.2.2', '192.0.2.1'], true],
    ['exactly', ['192.0.2.1'], false],
    ['exactly', ['192.0.2.1', '192.0.2.1'], false],
    ['exactly', ['192.0.2.1', '192.0.2.2', '192.0.2.3'], false],
  ])('%s of %o: %s', async (match, values, ok) => {
    const result = await ask({ name: 'shop.test', match, values })
    expect(result.ok).toBe(ok)
    if (!ok)
      expect(result.error).toEqual({
        class: 'assertion',
        message: `The A records of shop.test should be ${match} of ${values.join(', ')}; they are 192.0.2.1, 192.0.2.2`,
      })
  })

  it.each([
    ['none.test', 'The name none.test does not exist'],
    ['www.shop.test', 'The name www.shop.test has no A record'],
    ['broken.test', 'The name server could not answer for broken.test (SERVFAIL)'],
    ['closed.test', 'The name server refuses to answer for closed.test'],
  ])('of %s fails', async (name, message) => {
    expect((await ask({ name })).error).toEqual({ class: 'dns', message })
  })

  it('asks again when a question is lost', async () => {
    const server = await dnsServerWith(ZONE)
    server.losing = 1
    const spec = { name: 'shop.test', server: '127.0.0.1', port: server.port }
    expect((await check('dns', spec, { timeoutMs: 800 })).ok).toBe(true)
    expect(server.questions).toHaveLength(2)
  })

  it('is bounded by its timeout', async () => {
    const result = await ask({ name: 'lost.test' }, 150)
    expect(result.error?.message).toMatch(
      /waiting for the A records of lost.test|gave no answer for lost.test/,
    )
    expect(result.latencyMs).toBeLessThan(10_000)
  })

  it('asks a server on a private address only where the operator allows it', async () => {
    const server = await dnsServerWith(ZONE)
    const network = networkWith({ allowNetworks: [] })
    const spec = { name: 'shop.test', server: '127.0.0.1', port: server.port }
    expect((await check('dns', spec, { network })).error?.class).toBe('address_refused')
    expect(server.questions).toEqual([])
    const parsed = CHECKS.dns.schema.parse(spec)
    expect(CHECKS.dns.refusalOf(parsed, network.policy)).toContain('a loopback address')
  })

  it.each(['', 'a..b', 'a b', '-a.test', `${'a'.repeat(64)}.test`, 'a.test/'])('has no name %o', name => {
    expect(faultsOf('dns', { name })).toEqual([expect.stringMatching(/^name: /)])
  })
})

describe("the look-up of the checks' own connections", () => {
  const HOSTS = new URL('./fixtures/hosts', import.meta.url).pathname
  const RESOLV_CONF = new URL('./fixtures/resolv.conf', import.meta.url).pathname

  async function lookupWith(zone: Parameters<typeof dnsServerWith>[0]) {
    const server = await dnsServerWith(zone)
    const { lookup } = new DnsLookup({ hosts: HOSTS, resolvConf: RESOLV_CONF, servers: [server.address] })
    return { server, addressesOf: async (name: string) => (await lookup(name)).map(({ address }) => address) }
  }

  it('goes by the hosts file first', async () => {
    const { server, addressesOf } = await lookupWith(ZONE)
    expect(await addressesOf('Fixed.test')).toEqual(['192.0.2.77', '2001:db8::77'])
    expect(await addressesOf('alias.fixed.test')).toEqual(['192.0.2.77'])
    expect(await addressesOf('localhost')).toEqual(['127.0.0.1', '::1'])
    expect(server.questions).toEqual([])
  })

  it('then asks for both families, in the search domains too', async () => {
    const { server, addressesOf } = await lookupWith({ 'db.prod.test': { A: ['192.0.2.5'] }, ...ZONE })
    expect(await addressesOf('shop.test')).toEqual(['2001:db8::1', '192.0.2.1', '192.0.2.2'])
    expect(await addressesOf('db')).toEqual(['192.0.2.5'])
    expect(server.questions.filter(question => question.startsWith('A '))).toEqual([
      'A shop.test.prod.test',
      'A shop.test.stage.test',
      'A shop.test',
      'A db.prod.test',
    ])
  })

  it('says whether the name is missing or the server', async () => {
    const { addressesOf } = await lookupWith(ZONE)
    await expect(addressesOf('none.test')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(addressesOf('broken.test.')).rejects.toMatchObject({ code: 'ESERVFAIL' })
  })

  it('does not wait for one family when the other is there', async () => {
    const { server, addressesOf } = await lookupWith(ZONE)
    server.losing = 1
    const addresses = await addressesOf('shop.test.')
    expect(addresses.length).toBeGreaterThan(0)
    expect(addresses.length).toBeLessThan(3)
  })
})
