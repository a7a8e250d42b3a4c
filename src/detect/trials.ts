import { Problem } from '../ground/errors.ts'
import { shownCheck } from './check-result.ts'
import { type CheckKind, type CheckNetwork, prepareCheck } from './checks/index.ts'

/** Trials under way at once on this node, of all workspaces together: each is somebody who waits. */
const MOST = 20

/** Checks that are made once because somebody asks, by the way that all checks go, and of which nothing is kept. */
export class Trials {
  readonly #network: CheckNetwork
  #running = 0

  constructor(options: { network: CheckNetwork }) {
    this.#network = options.network
  }

  /**
   * Makes the check now.
   * @param spec valid for the kind
   * @param options.timeoutMs over the whole check
   * @returns the result as the API shows it
   * @throws Problem 429 while too many are under way
   */
  async run(
    kind: CheckKind,
    spec: unknown,
    options: { timeoutMs: number; region: string | null },
  ): Promise<object> {
    if (this.#running >= MOST)
      throw new Problem(
        429,
        'too-many-requests',
        'Too many requests',
        'Too many checks are being tried just now.',
      )
    this.#running++
    try {
      const { run } = prepareCheck(kind, spec, this.#network)
      return shownCheck(await run({ timeoutMs: options.timeoutMs }), options.region)
    } finally {
      this.#running--
    }
  }
}
