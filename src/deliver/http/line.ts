import { Client } from 'undici'
import type { Connection, Connector, EgressError, Opening, Target } from '../egress/index.ts'
import type { Attempt } from './attempt.ts'

/** Idle connections are closed after this, unless the receiver names a time: servers commonly wait 5 s. */
const IDLE_MS = 4_000
/** Taken off the time that a receiver names in Keep-Alive, so that we are the first to close. */
const IDLE_MARGIN_MS = 1_000
/** The longest that an idle connection is kept, whatever the receiver names. */
const LONGEST_IDLE_MS = 60_000

/** The connection that a request was to go out on is gone; nothing of the request was sent. */
export class ConnectionGone extends Error {}

/** Whom a line reports to. */
export interface LineOwner {
  /** The connection stands. */
  opened(line: Line): void
  /** No connection came about; `gone` follows. */
  failed(error: EgressError): void
  /** The line can carry an attempt now. */
  free(line: Line): void
  /** The line takes no attempts any more; those on it go on. */
  gone(line: Line): void
}

/**
 * One connection, and the HTTP client that speaks on it. The client never gets a second connection:
 * so an attempt knows exactly which one carried it, and what was not sent when it ended is handed back.
 * HTTP/1.1 carries one attempt at a time, HTTP/2 as many as the receiver allows.
 */
export class Line {
  /** Set by the first attempt, which the connection is opened for. */
  opening: Opening | null = null
  connection: Connection | null = null
  /** Whether no attempt has taken the opening's timings yet. */
  fresh = true
  /** Whether the owner holds it as free; kept by the owner. */
  listed = false
  /** When an answer last began on it; `performance.now()`. */
  heardAt = 0
  #retired = false
  readonly #target: Target
  readonly #connector: Connector
  readonly #owner: LineOwner
  readonly #client: Client

  constructor(target: Target, connector: Connector, owner: LineOwner) {
    this.#target = target
    this.#connector = connector
    this.#owner = owner
    this.#client = new Client(target.origin, {
      keepAliveTimeout: IDLE_MS,
      keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
      keepAliveMaxTimeout: LONGEST_IDLE_MS,
      // An attempt is bounded as a whole: a body that drips would pass the client's own timers.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => this.#connect(callback),
    })
    this.#client.on('disconnect', () => this.retire())
    this.#client.on('drain', () => {
      if (this.#carriesMany() && !this.#retired) this.#owner.free(this)
    })
  }

  /** Whether a new attempt may be put on it, as far as can be known before its bytes are written. */
  get usable(): boolean {
    return !this.#retired && this.connection?.socket.destroyed !== true
  }

  /** Puts an attempt on the line. Takes it off the owner's hands until the attempt ends. */
  carry(attempt: Attempt): void {
    attempt.line = this
    const hasRoom = this.#client.dispatch(attempt.options, attempt)
    if (hasRoom && this.#carriesMany() && this.usable) this.#owner.free(this)
  }

  /** The attempt had its whole answer. `reusable`: the receiver did not announce that it closes. */
  answered(reusable: boolean): void {
    if (this.#carriesMany()) return
    if (reusable && this.usable) this.#owner.free(this)
    else this.retire()
  }

  /** The attempt's request was refused by the client before anything was written. */
  spared(): void {
    if (this.connection === null) this.retire()
    else this.answered(true)
  }

  /** The attempt was cut off by us: its connection, if it has it alone, is closed with it. */
  cutOff(): void {
    if (!this.#carriesMany()) this.retire()
  }

  /** The attempt's time was up. A connection that was silent for all of it is not trusted with more. */
  timedOut(startedAt: number): void {
    if (this.connection === null) {
      this.destroy(new ConnectionGone())
      return
    }
    if (this.#carriesMany() && this.heardAt >= startedAt) return
    this.retire()
    this.#client.close(ignore)
  }

  /** No new attempts; those on it go on. */
  retire(): void {
    if (this.#retired) return
    this.#retired = true
    this.#owner.gone(this)
  }

  /** Closes the connection, or stops opening it. */
  destroy(reason: Error): void {
    this.opening?.abort()
    this.retire()
    this.#client.destroy(reason, ignore)
  }

  #carriesMany(): boolean {
    return this.connection?.httpVersion === '2'
  }

  #connect(callback: (...result: [null, Connection['socket']] | [Error, null]) => void): void {
    if (this.opening) {
      // The connection ended with requests unsent. Not now: the client is in the middle of something.
      this.retire()
      queueMicrotask(() => this.destroy(new ConnectionGone()))
      return
    }
    this.opening = this.#connector.open(this.#target, (error, connection) => {
      if (connection) {
        this.connection = connection
        callback(null, connection.socket)
        this.#owner.opened(this)
      } else {
        const reason = error as EgressError
        this.#owner.failed(reason)
        this.retire()
        callback(reason, null)
      }
    })
  }
}

function ignore(): void {}
