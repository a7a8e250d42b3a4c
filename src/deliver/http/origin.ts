import type { Connection, Connector, EgressError, Target } from '../egress/index.ts'
import { Fifo } from '../fifo.ts'
import type { Attempt } from './attempt.ts'
import { Line, type LineOwner } from './line.ts'

/** Connections that are opened at once before it is known whether one of them carries many attempts. */
const OPENED_UNTIL_KNOWN = 4

/**
 * The lines to one `scheme://host:port`. The one that was used last is used next, so that a burst's
 * spare connections grow idle and close. An attempt that finds none free opens one, up to the most;
 * then attempts wait in order.
 */
export class Origin implements LineOwner {
  readonly #target: Target
  readonly #connector: Connector
  readonly #most: number
  readonly #onEmpty: () => void
  readonly #lines = new Set<Line>()
  readonly #free: Line[] = []
  readonly #waiting = new Fifo<Attempt>()
  #opening = 0
  #version: Connection['httpVersion'] | null

  /** @param onEmpty called whenever no line is left */
  constructor(target: Target, connector: Connector, most: number, onEmpty: () => void) {
    this.#target = target
    this.#connector = connector
    this.#most = most
    this.#onEmpty = onEmpty
    this.#version = target.secure ? null : '1.1'
  }

  /** Sends an attempt on a free line, a new one, or when there is one. */
  carry(attempt: Attempt): void {
    const line = this.#takeFree()
    if (line) line.carry(attempt)
    else if (this.#mayOpen()) this.#newLine().carry(attempt)
    else this.#waiting.push(attempt)
  }

  opened(line: Line): void {
    this.#opening--
    this.#version = line.connection?.httpVersion ?? null
    this.#openForWaiting()
  }

  failed(error: EgressError): void {
    // Those that wait to share a connection have no other to hope for.
    if (this.#version !== '1.1' && this.#opening === this.#lines.size) this.#failWaiting(error)
  }

  free(line: Line): void {
    if (line.listed) return
    const attempt = this.#nextWaiting()
    if (attempt) {
      line.carry(attempt)
      return
    }
    line.listed = true
    this.#free.push(line)
  }

  gone(line: Line): void {
    this.#lines.delete(line)
    if (line.connection === null) this.#opening--
    if (line.listed) this.#free.splice(this.#free.indexOf(line), 1)
    this.#openForWaiting()
    if (this.#lines.size === 0) this.#onEmpty()
  }

  /** Closes every connection; attempts end with `reason`. */
  destroy(reason: EgressError): void {
    this.#failWaiting(reason)
    for (const line of [...this.#lines]) line.destroy(reason)
  }

  #takeFree(): Line | null {
    for (let line = this.#free.pop(); line; line = this.#free.pop()) {
      line.listed = false
      if (line.usable) return line
    }
    return null
  }

  #mayOpen(): boolean {
    if (this.#lines.size >= this.#most) return false
    if (this.#version === '1.1') return true
    return this.#opening < (this.#version === '2' ? 1 : OPENED_UNTIL_KNOWN)
  }

  #newLine(): Line {
    const line = new Line(this.#target, this.#connector, this)
    this.#lines.add(line)
    this.#opening++
    return line
  }

  #openForWaiting(): void {
    while (this.#mayOpen()) {
      const attempt = this.#nextWaiting()
      if (!attempt) return
      this.#newLine().carry(attempt)
    }
  }

  #failWaiting(error: EgressError): void {
    for (let attempt = this.#nextWaiting(); attempt; attempt = this.#nextWaiting()) {
      attempt.fail({ class: error.errorClass, message: error.message })
    }
  }

  #nextWaiting(): Attempt | null {
    for (let attempt = this.#waiting.shift(); attempt; attempt = this.#waiting.shift()) {
      if (!attempt.settled) return attempt
    }
    return null
  }
}
