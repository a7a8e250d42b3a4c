import type { Hold } from '../decide/hold.ts'
import type { Incident, MonitorState } from '../decide/state.ts'
import { holdsChildren } from '../decide/suppression.ts'
import { newId } from '../ground/ids.ts'
import type { IncidentRow, Ruling, StateRow, SuppressedRow } from '../store/ruling.ts'
import type { Judgement } from './judge.ts'
import type { Watch } from './watch.ts'

/** A judgement as it is kept. Takes the samples that wait to be written along. */
export function rulingOf(
  watch: Watch,
  { state, incidents, suppressed }: Judgement,
  taken: readonly string[],
): Ruling {
  const { bucket, monitor } = watch
  return {
    bucket: bucket.bucket,
    epoch: bucket.epoch,
    workspaceId: monitor.workspaceId,
    monitorId: monitor.id,
    monitorName: monitor.name,
    state: watch.isGone ? null : stateRow(state, watch.version + 1, watch.lastCheck),
    incidents: incidents.map(incidentRow),
    suppressed: suppressed.map(one => suppressedRow(one, bucket.bucket, state.decidedAt)),
    samples: watch.series.take(),
    taken,
  }
}

function stateRow(state: MonitorState, version: number, lastCheck: unknown): StateRow {
  return {
    version,
    state,
    status: state.status,
    statusSince: state.statusSince,
    incidentId: state.incident?.id ?? null,
    holdsChildren: holdsChildren(state),
    seenAt: state.seenAt,
    lastCheck,
  }
}

function incidentRow(incident: Incident): IncidentRow {
  return {
    id: incident.id,
    status: incident.status,
    severity: incident.severity,
    highestSeverity: incident.highestSeverity,
    region: incident.region,
    affectedEndpoints: incident.affectedEndpoints,
    summary: incident.summary,
    startedAt: incident.startedAt,
    openedAt: incident.openedAt,
    acknowledgedAt: incident.acknowledged?.at ?? null,
    acknowledgedBy: incident.acknowledged?.by ?? null,
    resolvedAt: incident.resolvedAt,
    held: incident.hold,
  }
}

function suppressedRow(
  { event, reason, by, why }: Judgement['suppressed'][number] & Hold,
  bucket: number,
  at: number,
): SuppressedRow {
  const { region } = event.metadata
  return {
    id: newId('sup', at, bucket),
    eventType: event.eventType,
    status: event.status,
    severity: event.severity,
    region: typeof region === 'string' ? region : null,
    incidentId: event.incidentId,
    metadata: event.metadata,
    reason,
    heldBy: by,
    why,
    at,
  }
}
