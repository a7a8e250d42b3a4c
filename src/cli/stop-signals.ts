import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * One Ctrl-C reaches us up to three times: from the terminal, from npm and from the launcher. What
 * follows the first signal within this, ms, is the same one.
 */
const SAME_SIGNAL_MS = 500

/** Signals that ask the program to stop. The first is a promise; a second one cannot be refused. */
export class StopSignals {
  /** Resolves with what asked first, in words. */
  readonly first: Promise<string>
  readonly #onSignal: (signal: NodeJS.Signals) => void
  readonly #onDisconnect: () => void
  readonly #signals: readonly NodeJS.Signals[]

  /**
   * @param again called with 128 + the signal's number (130 for Ctrl-C) when a second signal comes
   * @param signals those that ask; left out: Ctrl-C, SIGTERM, and the end of the terminal
   */
  constructor(again: (exitCode: number) => void, signals: readonly NodeJS.Signals[] = SIGNALS) {
    this.#signals = signals
    let firstAt: number | null = null
    const { promise, resolve } = Promise.withResolvers<string>()
    this.first = promise
    this.#onSignal = signal => {
      const now = performance.now()
      if (firstAt === null) {
        firstAt = now
        resolve(signal)
      } else if (now - firstAt > SAME_SIGNAL_MS) again(128 + constants.signals[signal])
    }
    this.#onDisconnect = () => resolve('the launcher is gone')
    for (const signal of signals) process.on(signal, this.#onSignal)
    process.on('disconnect', this.#onDisconnect)
    // The channel to the launcher is no reason to go on.
    process.channel?.unref()
  }

  /** Signals do what they do by default again. */
  release(): void {
    for (const signal of this.#signals) process.off(signal, this.#onSignal)
    process.off('disconnect', this.#onDisconnect)
  }
}
