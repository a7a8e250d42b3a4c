import type { Scene } from './scene.ts'
import type { Breach, Incident, ThresholdState } from './state.ts'
import { numberText, spanText, timeText } from './text.ts'

/** What events say to people. */
export const messages = {
  opened(scene: Scene, incident: Incident): string {
    const { hold } = incident
    const late = hold ? `, since ${timeText(incident.startedAt)} and held until now: ${hold.why}` : ''
    return `${trouble(scene, incident)}${late}`
  },

  updated(scene: Scene, incident: Incident): string {
    const calm = incident.told?.flapping && scene.state.flapping.until === null
    return calm ? `calm again: ${trouble(scene, incident)}` : trouble(scene, incident)
  },

  resolved({ monitor, status }: Scene, incident: Incident, durationMs: number, by: string | null): string {
    const span = spanText(durationMs)
    if (by === null && status === 'unknown')
      return `the status of ${monitor.name} is unknown, after it was ${incident.status} for ${span}: ${incident.summary}`
    return by === null
      ? `${monitor.name} is well again after ${span}: ${incident.summary}`
      : `${by} resolved the incident of ${monitor.name} after ${span}: ${incident.summary}`
  },

  acknowledged(scene: Scene, incident: Incident, by: string): string {
    return `${by} acknowledged: ${trouble(scene, incident)}`
  },

  commented(by: string, comment: string): string {
    return `${by}: ${comment}`
  },

  breached({ monitor }: Scene, summary: string): string {
    return `${monitor.name}: ${summary}`
  },

  cleared({ monitor }: Scene, breach: Breach, state: ThresholdState, durationMs: number): string {
    const span = spanText(durationMs)
    if (state.phase === 'unknown')
      return `${monitor.name}: nothing is known of ${breach.metric} any more, after it was bad for ${span}`
    const value = state.value === null ? '' : ` (${numberText(state.value)})`
    return `${monitor.name}: ${breach.metric} is good again after ${span}${value}`
  },

  changed({ monitor, status, surroundings, state }: Scene): string {
    const { name } = monitor
    if (status === 'maintenance') {
      return `${name} is in maintenance: ${surroundings.maintenance?.name ?? state.report?.summary ?? ''}`
    }
    if (status === 'operational') return `${name} is operational`
    const reported = state.report?.status === 'unknown' ? `: ${state.report.summary}` : ''
    return `the status of ${name} is unknown${reported}`
  },
}

function trouble({ monitor, causes, state }: Scene, incident: Incident): string {
  const more = causes.length > 1 ? ` (and ${causes.length - 1} more)` : ''
  const summary = causes[0]?.summary ?? incident.summary
  const told = `${monitor.name} is ${incident.status}: ${summary}${more}`
  if (state.flapping.until === null || monitor.flapping === null) return told
  const why = causes[0]?.kind === 'flapping' ? '' : 'it is flapping, so '
  return `${told}; ${why}nothing more is sent until it is calm for ${spanText(monitor.flapping.calmMs)}`
}
