import type { Monitor } from '../../api/types.ts'
import { Card } from '../../ui/card.tsx'
import { Code } from '../../ui/code.tsx'

/** How a heartbeat is pinged, or figures and events are sent: lines to be pasted. */
export function FeedCard({ monitor }: { monitor: Monitor }) {
  if (monitor.kind === 'heartbeat') return <Pings monitor={monitor} />
  if (monitor.kind === 'metric')
    return (
      <Card title="Send its figures" about="Any metric by any name; thresholds say which values are bad.">
        <Code label="A sample, by curl" text={curl('/v1/metrics', sample(monitor.name))} />
      </Card>
    )
  if (monitor.kind === 'external')
    return (
      <Card
        title="Say how it is"
        about="With an event; or by alerts of Alertmanager, Grafana and others, whose labels name it."
      >
        <Code label="An event, by curl" text={curl('/v1/events', event(monitor.name))} />
      </Card>
    )
  return null
}

function Pings({ monitor }: { monitor: Monitor }) {
  if (monitor.ping_path === null)
    return (
      <Card title="Ping it">
        <p className="text-sm text-muted">Its address is a secret: only who may change it sees it.</p>
      </Card>
    )
  const url = location.origin + monitor.ping_path
  return (
    <Card
      title="Ping it"
      about={
        monitor.seen_at === null ? 'It waits for its first ping.' : 'Whoever knows the address can ping it.'
      }
    >
      <div className="space-y-3">
        <Code label="At the end of the job" text={`curl -fsS -m 10 --retry 5 ${url}`} />
        <Code
          label="In a crontab, with the exit status"
          text={`30 2 * * * backup.sh; curl -fsS -m 10 --retry 5 ${url}/$?`}
        />
        <Code
          label="At its start, to measure how long it runs"
          text={`curl -fsS -m 10 --retry 5 ${url}/start`}
        />
      </div>
    </Card>
  )
}

function curl(path: string, body: object): string {
  return `curl ${location.origin}${path} \\
  -H "Authorization: Bearer $STATUSPULSE_TOKEN" -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`
}

function sample(monitor_name: string) {
  return { samples: [{ monitor_name, metric: 'queue_length', value: 17 }] }
}

function event(monitor_name: string) {
  return { monitor_name, status: 'degraded', severity: 'warning', metadata: { region: 'eu-west-1' } }
}
