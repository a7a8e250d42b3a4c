import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Problem } from '../../ground/errors.ts'

/**
 * Argon2id (RFC 9106) with 19 MiB, two passes, one lane: the OWASP Password Storage Cheat Sheet's first choice.
 * Memory in KiB.
 */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 } as const
const SALT_BYTES = 16
const TAG_BYTES = 32

/** Each takes a thread of the pool and 19 MiB. The pool has four, which files and DNS look-ups need too. */
const AT_ONCE = 2
/** Waiting beside them; about two seconds' worth. */
const MOST_WAITING = 64

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const derive = promisify(argon2)

/**
 * Hashes and checks passwords off the event loop, a few at once. A check takes as long for an unknown
 * account as for a wrong password, so that the time tells nobody who has an account.
 */
export class Passwords {
  #running = 0
  readonly #waiting: (() => void)[] = []
  #nobodys: Promise<string> | null = null

  /**
   * @returns a PHC string: parameters, salt and hash
   * @throws Problem 503 when too many wait already
   */
  async hash(password: string): Promise<string> {
    const nonce = randomBytes(SALT_BYTES)
    const tag = await this.#derive(password, { ...PARAMETERS, nonce, tagLength: TAG_BYTES })
    const { memory, passes, parallelism } = PARAMETERS
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
  }

  /**
   * @param hash of {@link hash}; null: there is no such account, or it has no password
   * @throws Problem 503 when too many wait already
   */
  async verify(hash: string | null, password: string): Promise<boolean> {
    this.#nobodys ??= this.hash(randomBytes(SALT_BYTES).toString('hex'))
    const [, memory, passes, parallelism, salt = '', tag = ''] = PHC.exec(hash ?? (await this.#nobodys)) ?? []
    const expected = Buffer.from(tag, 'base64')
    const found = await this.#derive(password, {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      nonce: Buffer.from(salt, 'base64'),
      tagLength: expected.length,
    })
    return timingSafeEqual(found, expected) && hash !== null
  }

  async #derive(
    password: string,
    parameters: { memory: number; passes: number; parallelism: number; nonce: Buffer; tagLength: number },
  ): Promise<Buffer> {
    await this.#turn()
    try {
      // One spelling of what looks the same, as NIST SP 800-63B-4, 3.1.1.2 asks.
      return await derive('argon2id', { ...parameters, message: password.normalize('NFKC') })
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING) throw busy()
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    this.#running++
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

function busy(): Problem {
  return new Problem(
    503,
    'unavailable',
    'Temporarily unavailable',
    'Too many people sign in at this moment.',
    {
      retryAfter: 2,
    },
  )
}
