import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { type Silence, silencesQuery, useEndSilence } from '../../api/quiet.ts'
import { useMay } from '../../parts/may.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { SilenceForm } from './silence-form.tsx'

const HOUR_MS = 3_600_000

/** The silences that are on or coming, and the way to a new one. */
export function SilencesCard() {
  const { monitor } = useSearch({ from: '/quiet' })
  const { data, error, refetch } = useQuery(silencesQuery)
  const may = useMay('respond')
  const [isOpen, setOpen] = useState(monitor !== undefined && may)
  return (
    <Card
      title="Silences"
      about="Hold back the alerts that they match."
      action={
        <Button look="primary" onClick={() => setOpen(true)}>
          Make a silence
        </Button>
      }
    >
      {error && <Failure error={error} retry={refetch} />}
      {!data && !error && <Skeleton rows={3} />}
      {data?.length === 0 && (
        <p className="text-sm text-muted">
          None. When you are working on something that everybody knows to be broken, a silence keeps it from
          calling you again.
        </p>
      )}
      <ul aria-label="Silences" className="divide-y divide-line">
        {data?.map(silence => (
          <Row key={silence.id} silence={silence} />
        ))}
      </ul>
      <Dialog title="Make a silence" isOpen={isOpen} onClose={() => setOpen(false)}>
        <SilenceForm monitor={monitor} onDone={() => setOpen(false)} />
      </Dialog>
    </Card>
  )
}

function Row({ silence }: { silence: Silence }) {
  const end = useEndSilence(silence.id)
  const later = new Date(Date.parse(silence.ends_at) + HOUR_MS).toISOString()
  return (
    <li className="py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge>{silence.phase === 'active' ? 'on' : silence.phase}</Badge>
        <span className="font-mono text-xs break-all">
          {silence.matchers.map(({ name, operator, value }) => `${name} ${operator} ${value}`).join(', ')}
        </span>
      </div>
      <p className="mt-1 text-xs text-muted">
        {silence.comment && `“${silence.comment}”, `}
        {silence.created_by}; {silence.phase === 'coming' ? 'from ' : 'until '}
        <Time at={silence.phase === 'coming' ? silence.starts_at : silence.ends_at} exact />
      </p>
      <div className="mt-1 -ml-3.5 flex flex-wrap gap-1">
        <Button look="quiet" busy={end.isPending} onClick={() => end.mutate(new Date().toISOString())}>
          End it now
        </Button>
        <Button look="quiet" busy={end.isPending} onClick={() => end.mutate(later)}>
          An hour longer
        </Button>
      </div>
      {end.error && (
        <p role="alert" className="text-xs font-medium text-bad">
          {end.error.message}
        </p>
      )}
    </li>
  )
}
