import type { FastifyRequest } from 'fastify'
import type { Sighting } from '../detect/detector.ts'
import { messageOf } from '../ground/errors.ts'
import { takeNotified, takePosted } from '../intake/alertmanager.ts'
import { isOurs, takeCloudEvents } from '../intake/cloudevents.ts'
import { readStructured } from '../intake/cloudevents-http.ts'
import type { Taken } from '../intake/intake.ts'
import type { Mapping } from '../intake/mapping.ts'
import { readJson } from '../intake/otlp/messages.ts'
import { takeMetrics } from '../intake/otlp/metrics.ts'
import { takeRemoteWrite } from '../intake/remote-write.ts'
import type { Source } from '../intake/rules.ts'
import { toInput } from './intake-events.ts'
import { timeOf, timeOrNull } from './schemas/common.ts'
import { alertmanagerBody, grafanaBody, postedAlerts, seriesInput } from './schemas/intake.ts'
import { invalid, parse } from './validation.ts'

const MAX_SHOWN = 100

/**
 * What a body would be taken for.
 * @throws Problem 422 when it is not what the source would send
 */
export function previewOf(source: Source, body: unknown, mapping: Mapping, request: FastifyRequest) {
  const { sightings, rejected, ignored, events } = take(source, body, mapping, request)
  return {
    alerts: sightings.flatMap(showAlerts),
    samples: sightings.flatMap(showSample),
    events,
    rejected: rejected.slice(0, MAX_SHOWN),
    ignored,
  }
}

type Previewed = Taken & { events: { monitor_name: string; status: string; event_type: string | null }[] }

function take(source: Source, body: unknown, mapping: Mapping, request: FastifyRequest): Previewed {
  const time = request.receivedAt
  switch (source) {
    case 'alertmanager':
      return only(takeNotified(parse(alertmanagerBody, body, 'body', 'body'), source, mapping, time))
    case 'grafana':
      return only(takeNotified(parse(grafanaBody, body, 'body', 'body'), source, mapping, time))
    case 'prometheus':
      return only(takePosted(parse(postedAlerts, body, 'body', 'body'), mapping, time))
    case 'cloudevents':
      return takeStructured(body, mapping, request)
    case 'otlp':
      return only(takeMetrics(readOtlp(body), mapping, time))
    case 'remote_write': {
      const { timeseries } = parse(seriesInput, body, 'body', 'body')
      const series = timeseries.map(({ labels, samples }, index) => ({
        path: `timeseries[${index}]`,
        labels,
        // Whoever asks what labels mean need not make up a value.
        samples:
          samples.length > 0 ? samples.map(one => ({ ...one, time: one.timestamp })) : [{ time, value: 0 }],
      }))
      return only(takeRemoteWrite(series, mapping))
    }
  }
}

function takeStructured(body: unknown, mapping: Mapping, request: FastifyRequest): Previewed {
  const bodies = Array.isArray(body) ? body : [body]
  const read = bodies.map((one, index) =>
    readStructured(one, Array.isArray(body) ? `body[${index}]` : 'body'),
  )
  const errors = read.flatMap(({ errors: found }) => found)
  if (errors.length > 0) throw invalid(errors, 'body')
  const events = read.flatMap(({ events: found }) => found)
  const foreign = events.filter(event => !isOurs(event))
  return {
    ...takeCloudEvents(foreign, mapping, request.receivedAt),
    events: events.filter(isOurs).map(event => {
      const { monitorName, status, eventType } = toInput(event, request)
      return { monitor_name: monitorName, status, event_type: eventType ?? null }
    }),
  }
}

function readOtlp(body: unknown) {
  try {
    return readJson(body)
  } catch (error) {
    throw invalid(
      [{ path: 'body', message: `is not an ExportMetricsServiceRequest: ${messageOf(error)}` }],
      'body',
    )
  }
}

function only(taken: Taken): Previewed {
  return { ...taken, events: [] }
}

function showAlerts({ monitorName, observation }: Sighting) {
  if (observation.kind !== 'alerts') return []
  return observation.alerts.map(alert => ({
    monitor_name: monitorName,
    fingerprint: alert.fingerprint,
    state: alert.state,
    severity: alert.severity,
    status: alert.status ?? null,
    summary: alert.summary,
    region: alert.region,
    affected_endpoints: [...alert.affectedEndpoints],
    started_at: timeOf(alert.startedAt),
    expires_at: timeOrNull(alert.expiresAt),
  }))
}

function showSample({ monitorName, observation }: Sighting) {
  if (observation.kind !== 'sample') return []
  const { metric, value, time, region } = observation
  return [{ monitor_name: monitorName, metric, value, time: timeOf(time), region }]
}
