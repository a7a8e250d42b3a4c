import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { useReplayAll } from '../../api/actions.ts'
import { endpointsQuery, replayQuery } from '../../api/queries.ts'
import { localTime } from '../../lib/time.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { nameOf } from '../webhooks/endpoint-words.ts'

/** Sends everything that failed at an endpoint since a time once more, and shows how far it is. */
export function ReplayAllDialog(props: { isOpen: boolean; onClose: () => void; endpointId?: string }) {
  return (
    <Dialog title="Replay what failed" isOpen={props.isOpen} onClose={props.onClose}>
      <ReplayAll {...props} />
    </Dialog>
  )
}

function ReplayAll({ onClose, endpointId }: { onClose: () => void; endpointId?: string }) {
  const { data: endpoints = [] } = useQuery(endpointsQuery)
  const enabled = endpoints.filter(endpoint => endpoint.enabled)
  const [chosen, setChosen] = useState(endpointId ?? '')
  const [since, setSince] = useState(() => localTime(Date.now() - 3_600_000))
  const replay = useReplayAll()
  const target = chosen || (enabled[0]?.id ?? '')

  function begin(submit: FormEvent) {
    submit.preventDefault()
    replay.mutate({ endpointId: target, since: new Date(since).toISOString() })
  }

  if (replay.data) return <Progress jobId={replay.data.id} onClose={onClose} />
  if (enabled.length === 0)
    return <p className="text-sm text-muted">No webhook is switched on, so there is nowhere to send to.</p>
  return (
    <form onSubmit={begin} className="space-y-4">
      <p className="text-sm text-muted">
        Each failed delivery is made anew, with the same event and six hours of its own. Receivers know
        repeats by their event id.
      </p>
      <SelectField
        label="Webhook"
        value={target}
        options={enabled.map(endpoint => [endpoint.id, nameOf(endpoint)] as const)}
        onChange={setChosen}
      />
      <TextField
        label="Failed since"
        type="datetime-local"
        step="1"
        required
        value={since}
        onChange={change => setSince(change.target.value)}
        error={replay.error?.message}
      />
      <Button look="primary" type="submit" busy={replay.isPending}>
        Replay
      </Button>
    </form>
  )
}

function Progress({ jobId, onClose }: { jobId: string; onClose: () => void }) {
  const { data: job, error } = useQuery(replayQuery(jobId))
  const client = useQueryClient()
  const isOver = job !== undefined && job.status !== 'running'
  useEffect(() => {
    if (isOver) client.invalidateQueries({ queryKey: ['deliveries'] })
  }, [isOver, client])
  if (error) return <p className="text-sm text-bad">{error.message}</p>
  if (!job) return <div className="skeleton h-20" />
  return (
    <div className="space-y-4">
      <progress
        aria-label="Replayed"
        value={job.total === 0 ? 1 : job.done}
        max={job.total || 1}
        className="h-2 w-full overflow-hidden rounded-full bg-idle-soft accent-ink"
      />
      <p role="status" className="text-sm">
        {job.total === 0 ? 'Nothing had failed since then.' : `${job.done} of ${job.total} replayed`}
        {job.status === 'done' && job.total > 0 && '. Done.'}
        {job.error && <span className="block text-bad">{job.error}</span>}
      </p>
      <Button onClick={onClose}>{isOver ? 'Close' : 'Go on in the background'}</Button>
    </div>
  )
}
