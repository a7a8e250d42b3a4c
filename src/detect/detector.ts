import type { Observation, OperatorAction } from '../decide/observation.ts'

/** Something that was seen of a monitor, by its name. */
export interface Sighting {
  readonly monitorName: string
  readonly observation: Observation
}

/** What became of sightings. */
export interface Observed {
  /** Names that no monitor of the workspace has, where it takes no unknown ones: what was seen of them is left out. */
  readonly unknown: readonly string[]
}

/** The way in for everything that is seen of monitors from outside: pings, samples, other systems' alerts, operators. */
export interface Detector {
  /**
   * Takes sightings of a workspace; each monitor's are judged in the order given. A monitor that does not
   * exist is made (`metric` for a sample, else `external`), unless the workspace forbids it. Resolves once
   * they are committed, with what was decided, or for the monitor's owner on another node to decide at once.
   * @throws Problem 503: not known to be committed. Seen again, they change nothing
   */
  observe(workspaceId: string, sightings: readonly Sighting[]): Promise<Observed>

  /**
   * Has an operator's action on a monitor's open incident decided on, wherever its owner is. Resolves once that
   * is committed, with why it was refused, or null: it was not, as far as is known here.
   * @throws Problem 503: not known to be committed, or not decided on within 5 s
   */
  act(workspaceId: string, monitorName: string, action: OperatorAction): Promise<string | null>
}
