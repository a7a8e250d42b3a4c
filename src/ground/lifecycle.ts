/**
 * The one contract of every long-lived part.
 * `start` resolves when the part works; `stop` resolves when it has let go of everything.
 * Stopping twice, or before start, is fine. A part is not started again after it stopped.
 */
export interface Part {
  start(): Promise<void>
  stop(): Promise<void>
}
