import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadSecretsKey, Sealer } from '../../src/store/seal.ts'

const sealer = new Sealer(randomBytes(32))

describe('a sealed value', () => {
  it('opens to what was sealed, in its own place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (plain, context) => {
        expect(sealer.open(sealer.seal(plain, context), context)).toBe(plain.toWellFormed())
      }),
    )
  })

  it('is never the same twice', () => {
    expect(sealer.seal('a', 'c').equals(sealer.seal('a', 'c'))).toBe(false)
  })

  it('does not open in another place', () => {
    const sealed = sealer.seal('a', 'endpoints.url:ep_1')
    expect(() => sealer.open(sealed, 'endpoints.url:ep_2')).toThrow('endpoints.url:ep_2 cannot be opened')
  })

  it('does not open with another key', () => {
    expect(() => new Sealer(randomBytes(32)).open(sealer.seal('a', 'c'), 'c')).toThrow('cannot be opened')
  })

  it('does not open when any of its bytes was changed', () => {
    const sealed = sealer.seal('secret', 'c')
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed)
      changed[index] = (changed[index] as number) ^ 1
      expect(() => sealer.open(changed, 'c')).toThrow()
    }
  })

  it('does not open when it is cut short', () => {
    const sealed = sealer.seal('secret', 'c')
    for (let length = 0; length < sealed.length; length++) {
      expect(() => sealer.open(sealed.subarray(0, length), 'c')).toThrow()
    }
  })
})

describe('the secrets key', () => {
  it('is taken from the setting as hex or as base64', async () => {
    const key = randomBytes(32)
    for (const text of [key.toString('hex'), key.toString('base64'), ` ${key.toString('base64url')}\n`]) {
      expect(await loadSecretsKey({ key: text, file: '/nowhere' })).toEqual(key)
    }
  })

  it('is refused when the setting is something else, naming the setting', async () => {
    await expect(loadSecretsKey({ key: 'short', file: '/nowhere' })).rejects.toThrow(
      'STATUSPULSE_SECRETS_KEY must be 32 bytes',
    )
  })

  it('is made once, in a file that only its owner reads', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'statuspulse-')), 'secrets.key')
    const keys = await Promise.all([1, 2, 3].map(() => loadSecretsKey({ file })))
    expect(new Set(keys.map(key => key.toString('hex'))).size).toBe(1)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(Buffer.from(await readFile(file, 'utf8'), 'base64')).toEqual(keys[0])
  })

  it('is refused from a file that others can read, naming the file', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'statuspulse-')), 'secrets.key')
    await writeFile(file, randomBytes(32).toString('base64'))
    await chmod(file, 0o644)
    await expect(loadSecretsKey({ file })).rejects.toThrow(`${file} can be read by other users`)
  })
})
