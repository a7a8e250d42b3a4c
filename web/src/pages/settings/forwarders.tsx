import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type Forwarder,
  forwardersQuery,
  useDeleteForwarder,
  useUpdateForwarder,
} from '../../api/settings.ts'
import { sentence } from '../../lib/text.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Switch } from '../../ui/switch.tsx'
import { ForwarderForm } from './forwarder-form.tsx'
import { Refusal, Sure } from './parts.tsx'
import { LagBadge } from './queues.tsx'

const TONES: Record<Forwarder['state'], Tone> = {
  starting: 'info',
  forwarding: 'ok',
  retrying: 'warn',
  paused: 'idle',
}

/** What sends a queue on to brokers. */
export function Forwarders({ queue }: { queue: string }) {
  const { data, error, refetch } = useQuery(forwardersQuery(queue))
  return (
    <div className="mt-5 border-t border-line pt-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium">Forwarders</h3>
        {data && <AddForwarder queue={queue} />}
      </div>
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : !data ? (
        <Skeleton rows={1} className="h-9" />
      ) : data.length === 0 ? (
        <p className="mt-1 text-sm text-muted">
          None. A forwarder sends every message on to NATS, RabbitMQ or Kafka, as a CloudEvent.
        </p>
      ) : (
        <ul aria-label={`Forwarders of ${queue}`} className="divide-y divide-line">
          {data.map(forwarder => (
            <ForwarderRow key={forwarder.id} queue={queue} forwarder={forwarder} />
          ))}
        </ul>
      )}
    </div>
  )
}

function ForwarderRow({ queue, forwarder }: { queue: string; forwarder: Forwarder }) {
  const update = useUpdateForwarder(queue, forwarder.id)
  const remove = useDeleteForwarder(queue)
  const [isEditing, setEditing] = useState(false)
  const { id, broker, url, enabled, state, error, lag } = forwarder
  return (
    <li className="py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-56">
          <p className="text-sm font-medium">
            {broker} <span className="font-normal text-muted">{placeOf(forwarder)}</span>
          </p>
          <p className="font-mono text-xs break-all text-muted">{url}</p>
        </div>
        <Badge tone={TONES[state]}>{state}</Badge>
        <LagBadge lag={lag} />
        <Switch
          label={`Forward to ${broker} at ${url}`}
          isOn={enabled}
          disabled={update.isPending}
          onChange={isOn => update.mutate({ enabled: isOn })}
        />
        <div className="flex">
          <Button
            look="quiet"
            aria-label={`Edit the forwarder to ${broker}`}
            onClick={() => setEditing(true)}
          >
            Edit
          </Button>
          <Sure
            label="Delete"
            title={`Delete the forwarder to ${broker}?`}
            deed="Delete"
            keep="Keep it"
            busy={remove.isPending}
            error={remove.error}
            onDo={close => remove.mutate(id, { onSuccess: close })}
          >
            Nothing more is sent, and how far it was is forgotten. What the broker has, it keeps.
          </Sure>
        </div>
      </div>
      {error && <p className="mt-1 text-sm text-warn">{sentence(error)} It is tried again.</p>}
      <Refusal error={update.error} />
      <Dialog title="Change the forwarder" isOpen={isEditing} onClose={() => setEditing(false)}>
        <ForwarderForm queue={queue} forwarder={forwarder} onDone={() => setEditing(false)} />
      </Dialog>
    </li>
  )
}

function AddForwarder({ queue }: { queue: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button aria-label={`Forward to a broker: ${queue}`} onClick={() => setOpen(true)}>
        Forward to a broker
      </Button>
      <Dialog title={`Forward ${queue}`} isOpen={isOpen} onClose={() => setOpen(false)}>
        <ForwarderForm queue={queue} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

function placeOf({ broker, subject, exchange, routing_key, topic }: Forwarder): string {
  if (broker === 'nats') return `subject ${subject}`
  if (broker === 'kafka') return `topic ${topic}`
  return exchange ? `exchange ${exchange}, key ${routing_key}` : `queue ${routing_key}`
}
