import { argon2 } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { Passwords } from '../../src/api/accounts/passwords.ts'

// Real, and watched: what was asked of it is the same on every machine; how long it took is not.
vi.mock('node:crypto', { spy: true })

describe('A password', () => {
  const passwords = new Passwords()

  it('is kept as argon2id, salted, with the parameters that it was hashed with', async () => {
    const [one, other] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(other)
    expect(await passwords.verify(one, 'correct horse')).toBe(true)
    expect(await passwords.verify(one, 'correct Horse')).toBe(false)
  })

  it('made elsewhere with other parameters is checked with those', async () => {
    // Of the reference implementation's own tests: phc-winner-argon2, src/test.c.
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await passwords.verify(hash, 'password')).toBe(true)
    expect(await passwords.verify(hash, 'Password')).toBe(false)
  })

  it('is the same however its characters are composed', async () => {
    const hash = await passwords.hash('caf\u00e9 au lait, bien s\u00fbr')
    expect(await passwords.verify(hash, 'cafe\u0301 au lait, bien su\u0302r')).toBe(true)
  })

  it('is nobody’s where there is none, after the same work', async () => {
    const hash = await passwords.hash('correct horse')
    const work = async (stored: string | null) => {
      vi.mocked(argon2).mockClear()
      expect(await passwords.verify(stored, 'not this one')).toBe(false)
      return vi
        .mocked(argon2)
        .mock.calls.map(([algorithm, { nonce, ...parameters }]) => [
          algorithm,
          (nonce as Buffer).length,
          parameters,
        ])
    }
    await work(null) // The first makes the hash of nobody.
    expect(await work(null)).toEqual(await work(hash))
    expect(await work(null)).toHaveLength(1)
  })

  it('waits its turn, and is refused where too many wait', async () => {
    const crowded = new Passwords()
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => crowded.hash('x')))
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(80 - 2 - 64)
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ status: 503, retryAfter: 2 })
    expect(await crowded.hash('x')).toContain('argon2id')
  })
})
