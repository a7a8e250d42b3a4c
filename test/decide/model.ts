import type { Surroundings } from '../../src/decide/decision.ts'
import type { MonitorConfig } from '../../src/decide/monitor-config.ts'
import type { CheckResult, Observation } from '../../src/decide/observation.ts'
import type { Status } from '../../src/ground/vocabulary.ts'

/**
 * What the status of a monitor must be, worked out the slow and simple way: all that was seen is kept,
 * and looked through again. Knows checks, alerts, reports and thresholds of N in a row.
 */
export class Model {
  readonly #monitor: MonitorConfig
  #checks: CheckResult[] = []
  #samples: { time: number; metric: string; value: number }[] = []
  #alerts = new Map<string, 'degraded' | 'down'>()
  #report: Status = 'operational'
  #heard = false

  constructor(monitor: MonitorConfig) {
    this.#monitor = monitor
  }

  see(observation: Observation): void {
    switch (observation.kind) {
      case 'check':
        if (this.#checks.every(({ time }) => time < observation.time)) this.#checks.push(observation)
        break
      case 'sample': {
        const same = this.#samples.at(-1)
        const isRepeat = same?.time === observation.time && same.value === observation.value
        if (!isRepeat) this.#samples.push(observation)
        break
      }
      case 'alerts':
        for (const { fingerprint, state, severity } of observation.alerts) {
          if (state === 'resolved') this.#alerts.delete(fingerprint)
          else this.#alerts.set(fingerprint, severity === 'critical' ? 'down' : 'degraded')
        }
        break
      case 'report':
        this.#report = observation.status
        break
      case 'operator':
        if (observation.action !== 'resolve' || !this.isInTrouble) return
        this.#checks = this.#checks.slice(-1).map(last => ({ ...last, ok: true }))
        this.#samples = []
        this.#alerts.clear()
        if (this.#report === 'down' || this.#report === 'degraded') this.#report = 'operational'
        return
      default:
        return
    }
    this.#heard = true
  }

  get isInTrouble(): boolean {
    return this.#causes().length > 0
  }

  status({ maintenance }: Surroundings): Status {
    if (maintenance || this.#report === 'maintenance') return 'maintenance'
    const causes = this.#causes()
    if (causes.includes('down')) return 'down'
    if (causes.length > 0) return 'degraded'
    return this.#heard && this.#report !== 'unknown' ? 'operational' : 'unknown'
  }

  #causes(): Status[] {
    const causes: Status[] = [...this.#alerts.values()]
    if (this.#checkFails()) causes.push('down')
    if (this.#isBreached()) causes.push('degraded')
    if (this.#report === 'down' || this.#report === 'degraded') causes.push(this.#report)
    return causes
  }

  /** The latest run that was long enough to decide, decides. */
  #checkFails(): boolean {
    const { failuresToOpen, successesToClose } = this.#monitor.check!
    const outcomes = this.#checks.map(({ ok }) => (ok ? '+' : '-')).join('')
    const opened = lastEnd(outcomes, '-'.repeat(failuresToOpen))
    const closed = lastEnd(outcomes, '+'.repeat(successesToClose))
    return opened > closed
  }

  /** Two over 100 in a row breach; one at or under the clear level of 80 clears, and so does one at or under 100 before. */
  #isBreached(): boolean {
    if (this.#monitor.thresholds.length === 0) return false
    const values = this.#samples
      .filter(({ metric }) => metric === 'queue_length')
      .map(({ value }) => (value > 100 ? '-' : value > 80 ? '.' : '+'))
      .join('')
    return lastEnd(values, '--') > lastEnd(values, '+')
  }
}

/** Where the last occurrence of the pattern ends; 0: there is none. */
function lastEnd(text: string, pattern: string): number {
  const at = text.lastIndexOf(pattern)
  return at < 0 ? 0 : at + pattern.length
}
