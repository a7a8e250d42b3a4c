import type { ForeignAlerts } from '../decide/observation.ts'
import type { Observed } from '../detect/detector.ts'
import { type FieldError, Problem } from '../ground/errors.ts'
import { Gate } from '../intake/gate.ts'
import type { Taken } from '../intake/intake.ts'
import { IntakeBook, type IntakeSettings } from '../intake/settings.ts'
import type { Services } from './services.ts'
import { invalid } from './validation.ts'

/** Bytes of a body from another system, unpacked. */
export const INTAKE_LIMIT = 4 * 1024 * 1024

/** Requests of other systems that are worked on at once. */
const AT_ONCE = 256
const MAX_REJECTED = 100
/** More than any sender's batch: Prometheus writes 2,000 samples at once, a Collector 8,192. */
const MAX_SIGHTINGS = 20_000

/** What the routes of the intake share: settings, the gate, and the way on to detection. */
export class Intake {
  readonly services: Services
  readonly book: IntakeBook
  readonly #gate = new Gate(AT_ONCE)

  constructor(services: Services) {
    this.services = services
    this.book = new IntakeBook(services)
  }

  /**
   * Works on a request with its workspace's settings.
   * @throws Problem 503 when too many are worked on
   */
  work<T>(workspaceId: string, work: (settings: IntakeSettings) => Promise<T>): Promise<T> {
    return this.#gate.pass(async () => work(await this.book.of(workspaceId)))
  }

  /** Has sightings decided on. @throws Problem 413: too many; 503: not known to be committed */
  async observe(workspaceId: string, { sightings }: Taken): Promise<Observed> {
    if (sightings.length === 0) return { unknown: [] }
    if (sightings.length > MAX_SIGHTINGS)
      throw new Problem(413, 'too-large', 'Too large', `A request holds at most ${MAX_SIGHTINGS} samples.`)
    return this.services.detector.observe(workspaceId, sightings)
  }

  /**
   * Takes alerts, and says what became of them.
   * @throws Problem 422 when not one of them can be taken
   */
  async takeAlerts(workspaceId: string, taken: Taken) {
    const { unknown } = await this.observe(workspaceId, taken)
    const known = taken.sightings.filter(({ monitorName }) => !unknown.includes(monitorName))
    const accepted = known.reduce(
      (count, { observation }) => count + (observation as ForeignAlerts).alerts.length,
      0,
    )
    const rejected = [...taken.rejected, ...unknown.map(unknownMonitor)]
    if (accepted === 0 && rejected.length > 0) throw invalid(rejected, 'body')
    return { accepted, rejected: rejected.slice(0, MAX_REJECTED) }
  }
}

/** What is said of sightings of a monitor that the workspace does not take. */
export function unknownMonitor(name: string): FieldError {
  return { path: '', message: `there is no monitor "${name}", and this workspace takes no unknown ones` }
}
