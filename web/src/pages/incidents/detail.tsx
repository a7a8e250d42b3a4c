import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { type IncidentDeed, useIncidentDeed } from '../../api/actions.ts'
import { incidentQuery } from '../../api/queries.ts'
import type { Incident } from '../../api/types.ts'
import { sentence } from '../../lib/text.ts'
import { duration } from '../../lib/time.ts'
import { May } from '../../parts/may.tsx'
import { Badge, Note } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card, Fact, Facts } from '../../ui/card.tsx'
import { Id } from '../../ui/code.tsx'
import { Field, inputClass } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { Timeline } from './timeline.tsx'

const ABOVE = <Link to="/incidents">Incidents</Link>

/** One incident: how it stands, what can be done, and everything that happened. */
export function IncidentPage() {
  const { id } = useParams({ from: '/incidents/$id' })
  const { data: incident, error, refetch } = useQuery(incidentQuery(id))
  if (!incident)
    return (
      <Page title="Incident" above={ABOVE}>
        {error ? <Failure error={error} retry={refetch} /> : <Skeleton rows={3} className="h-40" />}
      </Page>
    )
  return (
    <Page
      title={incident.monitor_name}
      above={ABOVE}
      about={
        <span className="flex flex-wrap items-center gap-3">
          <Badge>{incident.state}</Badge>
          <Badge>{incident.status}</Badge>
          <Badge>{incident.highest_severity}</Badge>
          {incident.summary}
        </span>
      }
    >
      <div className="flex flex-col gap-4">
        {incident.held && (
          <Note tone="info">Nothing is sent of it for now. {sentence(incident.held.why)}</Note>
        )}
        <Card title="Incident">
          <Facts>
            <Fact name="Opened">
              <Time at={incident.opened_at} exact />
            </Fact>
            <Fact name="Lasted">
              {incident.duration_s === null ? 'it goes on' : duration(incident.duration_s * 1000)}
            </Fact>
            <Fact name="Acknowledged">{incident.acknowledged_by ?? 'by nobody yet'}</Fact>
            <Fact name="Affected">{incident.affected_endpoints.join(', ') || 'not known'}</Fact>
            {incident.producer_id && (
              <Fact name="Where it comes from">
                <Id text={incident.producer_id} />
              </Fact>
            )}
            <Fact name="Monitor">
              <Link
                to="/monitors/$id"
                params={{ id: incident.monitor_id }}
                className="underline underline-offset-2"
              >
                {incident.monitor_name}
              </Link>
            </Fact>
          </Facts>
        </Card>
        <May need="respond">
          <Deeds incident={incident} />
        </May>
        <Card title="Timeline" about="What happened, and whom it was told to.">
          <Timeline entries={incident.timeline} />
        </Card>
      </div>
    </Page>
  )
}

function Deeds({ incident }: { incident: Incident }) {
  const act = useIncidentDeed(incident.id)
  const [comment, setComment] = useState('')
  const [isPublic, setPublic] = useState(false)
  const isOver = incident.state === 'resolved'
  const doIt = (deed: IncidentDeed) =>
    act.mutate({ deed, comment: comment.trim(), isPublic }, { onSuccess: () => setComment('') })
  function submit(event: FormEvent) {
    event.preventDefault()
    doIt('comment')
  }
  return (
    <Card
      title="Do something about it"
      about="Each goes into the timeline; acknowledging and resolving are sent as events."
    >
      <form onSubmit={submit} className="space-y-3">
        <Field label="Comment">
          {described => (
            <textarea
              {...described}
              rows={2}
              maxLength={4_000}
              value={comment}
              onChange={change => setComment(change.target.value)}
              className={inputClass}
            />
          )}
        </Field>
        <label className="flex min-h-8 cursor-pointer items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-ink"
            checked={isPublic}
            onChange={change => setPublic(change.target.checked)}
          />
          When only commenting: show it on the status page
        </label>
        <div className="flex flex-wrap gap-2">
          {incident.state === 'open' && (
            <Button look="primary" busy={act.isPending} onClick={() => doIt('acknowledge')}>
              Acknowledge
            </Button>
          )}
          {!isOver && (
            <Button busy={act.isPending} onClick={() => doIt('resolve')}>
              Resolve
            </Button>
          )}
          <Button type="submit" busy={act.isPending} disabled={comment.trim() === ''}>
            Only comment
          </Button>
        </div>
        {act.error && (
          <p role="alert" className="text-sm font-medium text-bad">
            {act.error.message}
          </p>
        )}
      </form>
    </Card>
  )
}
