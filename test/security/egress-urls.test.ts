import { describe, expect, it } from 'vitest'
import { checkUrl, type EgressPolicy } from '../../src/deliver/egress/index.ts'

const strict: EgressPolicy = { allowHttp: false, allowNetworks: [] }

describe('a URL may be a target', () => {
  it.each([
    'https://hooks.example.com/a/b?c=d',
    'https://hooks.example.com:8443/',
    'https://1.1.1.1/hook',
    'https://[2606:4700:4700::1111]/hook',
    'https://bücher.example/ä?ö=ü',
  ])('%s', url => {
    expect(checkUrl(url, strict)).toBeNull()
  })

  it('over http: when the operator allows it', () => {
    expect(checkUrl('http://example.com/', strict)).toContain('must start with https:')
    expect(checkUrl('http://example.com/', { ...strict, allowHttp: true })).toBeNull()
  })

  it("at an address of the operator's networks", () => {
    expect(checkUrl('https://127.0.0.1:8443/', { ...strict, allowNetworks: ['127.0.0.0/8'] })).toBeNull()
  })
})

describe('a URL is refused when it', () => {
  it.each([
    ['is none', 'not a url', 'space'],
    ['is empty', '', 'is not a URL'],
    ['has no host', 'https://', 'is not a URL'],
    ['has another scheme', 'ftp://example.com/', 'must start with https:'],
    ['is a file', 'file:///etc/passwd', 'must start with https:'],
    ['is data', 'data:text/plain,hi', 'must start with https:'],
    ['is a script', 'javascript:alert(1)', 'must start with https:'],
    ['carries a user name', 'https://user@example.com/', 'user name or password'],
    ['carries a password', 'https://:secret@example.com/', 'user name or password'],
    ['carries an empty user name', 'https://@example.com/', 'user name or password'],
    ['carries a fragment', 'https://example.com/#top', 'fragment'],
    ['carries an empty fragment', 'https://example.com/#', 'fragment'],
    ['holds a line break', 'https://exam\nple.com/', 'control character'],
    ['holds a tab', 'https://example.com/\tx', 'control character'],
    ['holds a backslash', 'https:\\\\example.com/', 'backslash'],
    ['is too long', `https://example.com/${'x'.repeat(2048)}`, 'longer than 2048'],
    ['has a port that is none', 'https://example.com:99999/', 'is not a URL'],
  ])('%s', (_why, url, reason) => {
    expect(checkUrl(url, strict)).toContain(reason)
  })

  it.each([
    0, 22, 23, 25, 53, 110, 143, 389, 445, 1433, 2375, 2379, 3306, 3389, 5432, 6379, 9200, 11211, 27017,
  ])('leads to port %i of another protocol', port => {
    const everything = { allowHttp: true, allowNetworks: ['0.0.0.0/0', '::/0'] }
    expect(checkUrl(`https://example.com:${port}/`, everything)).toBe(
      `is not allowed: port ${port} belongs to another protocol than HTTP`,
    )
  })

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f.1/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://127.0.0.1./',
    'https://1２7.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::7f00:1]/',
    'https://0/',
    'https://0.0.0.0/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0xa9fea9fe/',
    'https://[fd00:ec2::254]/',
    'https://[64:ff9b::7f00:1]/',
    'https://10.0.0.1/',
  ])('leads, however it is written, to an address that is not public: %s', url => {
    expect(checkUrl(url, strict)).toContain('is not allowed: ')
  })

  it('and the reason holds nothing of path, query or password', () => {
    for (const url of ['https://127.0.0.1/secret?secret', 'https://u:secret@example.com/secret#secret']) {
      expect(checkUrl(url, strict)).not.toContain('secret')
    }
  })
})
