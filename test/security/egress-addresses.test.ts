import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAddress, checkNetwork, type EgressPolicy } from '../../src/deliver/egress/index.ts'

const strict: EgressPolicy = { allowHttp: false, allowNetworks: [] }

/** Every kind of address that must not be reached, with one at each end where a range has ends. */
const refused: Record<string, readonly string[]> = {
  'this network': ['0.0.0.0', '0.255.255.255'],
  'private networks': ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  "carriers' shared network": ['100.64.0.0', '100.127.255.255'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local': ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  'metadata services': ['169.254.169.254', '168.63.129.16', '100.100.100.200', 'fd00:ec2::254'],
  'protocol assignments': ['192.0.0.1', '192.0.0.170'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  '6to4 relays': ['192.88.99.1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  'reserved and broadcast': ['240.0.0.1', '255.255.255.255'],
  unspecified: ['::'],
  'IPv4-compatible (::/96)': ['::7f00:1', '::10.0.0.1', '::8.8.8.8'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:8.8.8.8'],
  'IPv4-translated': ['::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8'],
  'NAT64 of what is refused': ['64:ff9b::127.0.0.1', '64:ff9b::10.0.0.1', '64:ff9b::a9fe:a9fe'],
  'NAT64 of local use': ['64:ff9b:1::1', '64:ff9b:1::8.8.8.8'],
  '6to4': ['2002:7f00:1::', '2002:a00:1::1', '2002:808:808::1'],
  Teredo: ['2001::1', '2001:0:7f00:1::'],
  'unique local': ['fc00::1', 'fd12:3456::1'],
  'site-local': ['fec0::1'],
  discard: ['100::1'],
  ORCHID: ['2001:10::1', '2001:20::1'],
  'segment routing': ['5f00::1'],
  unassigned: ['4000::1', 'a000::1'],
}

describe('an address is refused when it is of', () => {
  for (const [kind, addresses] of Object.entries(refused)) {
    it.each(addresses)(`${kind}: %s`, address => {
      expect(checkAddress(address, strict)).toContain(address)
    })
  }
})

describe('an address is allowed', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.32.0.1',
    '2606:4700:4700::1111',
    '2a00:1450::1',
  ])('when it is public: %s', address => {
    expect(checkAddress(address, strict)).toBeNull()
  })

  it("when it is NAT64's form of a public one, for networks that have IPv6 only", () => {
    expect(checkAddress('64:ff9b::8.8.8.8', strict)).toBeNull()
  })

  it("when it is in one of the operator's networks", () => {
    const policy = { allowHttp: false, allowNetworks: ['10.1.0.0/16', 'fd12::/16', '127.0.0.1/32'] }
    expect(checkAddress('10.1.2.3', policy)).toBeNull()
    expect(checkAddress('fd12::5', policy)).toBeNull()
    expect(checkAddress('127.0.0.1', policy)).toBeNull()
    expect(checkAddress('::ffff:10.1.2.3', policy)).toBeNull()
    expect(checkAddress('10.2.0.1', policy)).toBe('10.2.0.1 is a private address')
    expect(checkAddress('127.0.0.2', policy)).toBe('127.0.0.2 is a loopback address')
    expect(checkAddress('fd13::5', policy)).toBe('fd13::5 is a private address (unique local)')
  })

  it('never because an IPv4 network was mistaken for an IPv6 one', () => {
    const policy = { allowHttp: false, allowNetworks: ['0.0.0.0/0'] }
    expect(checkAddress('fd00:ec2::254', policy)).not.toBeNull()
  })
})

describe('what is no address', () => {
  it.each(['', 'localhost', '127.1', '0x7f.1', '2130706433', '0177.0.0.1', '1.2.3', '::ffff:7f00:1 '])(
    'is refused: "%s"',
    text => {
      expect(checkAddress(text, strict)).toContain('is not an IP address')
    },
  )
})

describe('the embedded form of an address', () => {
  it('is never allowed where the address itself is not', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    const prefixes = ['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::']
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), fc.constantFrom(...prefixes), (bytes, prefix) => {
        const plain = bytes.join('.')
        if (checkAddress(plain, strict) === null) return
        expect(checkAddress(prefix + plain, strict)).not.toBeNull()
      }),
    )
  })
})

describe("the operator's networks", () => {
  it('are checked by the text', () => {
    expect(checkNetwork('10.0.0.0/8')).toBeNull()
    expect(checkNetwork('fd00::/8')).toBeNull()
    expect(checkNetwork('10.0.0.0')).toContain('10.0.0.0 is not a network')
    expect(checkNetwork('everything')).toContain('everything is not a network')
    expect(checkNetwork('10.0.0.0/33')).not.toBeNull()
  })
})
