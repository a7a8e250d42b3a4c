import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { link, open, readFile, stat, unlink } from 'node:fs/promises'
import type { Queryable } from './database.ts'

const KEY_BYTES = 32
const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/** Sealed by the first start: whoever can open it has the right key. */
const CHECK_SETTING = 'secrets_key_check'
const CHECK_TEXT = 'statuspulse'

/**
 * Seals what must not lie in the database in the clear: AES-256-GCM, a random 96-bit nonce a
 * value (NIST SP 800-38D, 8.2.2). Layout: version 1, nonce 12, tag 16 bytes, ciphertext.
 */
export class Sealer {
  readonly #key: Buffer

  /** @param key 32 bytes */
  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES)
      throw new RangeError(`a secrets key has ${KEY_BYTES} bytes, not ${key.length}`)
    this.#key = key
  }

  /**
   * Seals `plain` for one place: `context` says which (`endpoints.url:ep_…`), and the value opens
   * there only, so that nobody with write access to the tables can move it elsewhere.
   */
  seal(plain: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    cipher.setAAD(Buffer.from(context))
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), text])
  }

  /** Opens what {@link seal} made. Throws Error when key, context or bytes are not the same. */
  open(sealed: Buffer, context: string): string {
    if (sealed.length < HEADER_BYTES || sealed[0] !== VERSION) {
      throw new Error(`${context} is not a value that this version sealed`)
    }
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEADER_BYTES))
    try {
      return decipher.update(sealed.subarray(HEADER_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch {
      throw new Error(`${context} cannot be opened: sealed with another key, or damaged`)
    }
  }
}

/**
 * The key that secrets are sealed with.
 * @param options.key `STATUSPULSE_SECRETS_KEY`: 32 bytes as hex or base64; wins over the file
 * @param options.file read when no key is given; made (0600, random) when it does not exist
 * @throws Error that names the setting or the file, and says what is wrong with it
 */
export async function loadSecretsKey(options: { key?: string | undefined; file: string }): Promise<Buffer> {
  if (options.key !== undefined) return parseKey(options.key, 'STATUSPULSE_SECRETS_KEY')
  const made = randomBytes(KEY_BYTES)
  if (await createOnce(options.file, `${made.toString('base64')}\n`)) return made
  const { mode } = await stat(options.file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(`${options.file} can be read by other users of this machine: chmod 600 it`)
  }
  return parseKey(await readFile(options.file, 'utf8'), options.file)
}

function parseKey(text: string, source: string): Buffer {
  const trimmed = text.trim()
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed)
  if (!isHex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) {
    throw new Error(`${source} must be 32 bytes as 64 hex digits or as base64 (try: openssl rand -base64 32)`)
  }
  return Buffer.from(trimmed, isHex ? 'hex' : 'base64')
}

/** Writes a file whole or not at all; false when it is there already. */
async function createOnce(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    await unlink(draft)
  }
}

/**
 * Refuses a wrong key before anything is read or sent with it: the first start leaves a sealed
 * value in the settings, every later start must be able to open it.
 * @throws Error that says what to do
 */
export async function checkSecretsKey(database: Queryable, sealer: Sealer): Promise<void> {
  await database.query(
    `insert into settings (name, value) values ($1, jsonb_build_object('sealed', $2::text)) on conflict do nothing`,
    [CHECK_SETTING, sealer.seal(CHECK_TEXT, CHECK_SETTING).toString('base64')],
  )
  const { rows } = await database.query<{ sealed: string }>(
    `select value->>'sealed' as sealed from settings where name = $1`,
    [CHECK_SETTING],
  )
  try {
    sealer.open(Buffer.from(rows[0]?.sealed ?? '', 'base64'), CHECK_SETTING)
  } catch {
    throw new Error(
      "the secrets key is not the one that this database's secrets were sealed with: " +
        'set STATUSPULSE_SECRETS_KEY, or put the key file back, as it was at the first start',
    )
  }
}
