import { type FormEvent, useState } from 'react'
import { useUpdateEndpoint } from '../../api/actions.ts'
import { ProblemError } from '../../api/client.ts'
import type { Endpoint } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { ORDER_WORDS } from './endpoint-words.ts'
import { HeaderList } from './header-list.tsx'
import { RetryTimeline } from './retry-timeline.tsx'

const ORDERS = Object.entries(ORDER_WORDS) as [Endpoint['order'], string][]

/** What counts as delivered, how fast and in what order, and when what failed is tried again. */
export function RulesCard({ endpoint }: { endpoint: Endpoint }) {
  return (
    <Card
      id="rules"
      title="Delivery rules"
      about="How long we wait, how fast we send, and what we do when it fails."
    >
      <RetryTimeline />
      <Rules endpoint={endpoint} />
      <HeaderList endpoint={endpoint} />
    </Card>
  )
}

/** The settings as they stand in their fields. */
function draftOf(endpoint: Endpoint) {
  return {
    order: endpoint.order,
    seconds: String(endpoint.timeout_ms / 1000),
    rate: endpoint.rate_per_second === null ? '' : String(endpoint.rate_per_second),
    concurrency: String(endpoint.concurrency),
    statuses: endpoint.success_statuses.join(', '),
  }
}

function Rules({ endpoint }: { endpoint: Endpoint }) {
  const update = useUpdateEndpoint(endpoint.id)
  const [draft, setDraft] = useState(() => draftOf(endpoint))
  const set = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change })
  const fields = update.error instanceof ProblemError ? update.error.fields : {}
  const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(endpoint))

  function save(submit: FormEvent) {
    submit.preventDefault()
    update.mutate({
      order: draft.order,
      timeout_ms: Math.round(Number(draft.seconds) * 1000),
      rate_per_second: draft.rate === '' ? null : Number(draft.rate),
      concurrency: Number(draft.concurrency),
      success_statuses: draft.statuses.trim() === '' ? null : draft.statuses.split(',').map(Number),
    })
  }

  return (
    <form onSubmit={save} className="mt-8 space-y-4">
      <SelectField label="Order" value={draft.order} options={ORDERS} onChange={order => set({ order })} />
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        <TextField
          label="Answer within, seconds"
          type="number"
          min="0.1"
          max="30"
          step="0.1"
          required
          value={draft.seconds}
          onChange={change => set({ seconds: change.target.value })}
          error={fields.timeout_ms}
        />
        {endpoint.success_statuses.length > 0 && (
          <TextField
            label="Answers that mean delivered"
            value={draft.statuses}
            onChange={change => set({ statuses: change.target.value })}
            error={firstAt(fields, 'success_statuses')}
          />
        )}
        <TextField
          label="At most, a second"
          type="number"
          min="0.01"
          step="any"
          placeholder="no limit"
          value={draft.rate}
          onChange={change => set({ rate: change.target.value })}
          error={fields.rate_per_second}
        />
        <TextField
          label="At once"
          type="number"
          min="1"
          max="1000"
          required
          value={draft.concurrency}
          onChange={change => set({ concurrency: change.target.value })}
          error={fields.concurrency}
        />
      </div>
      <p className="text-sm text-muted">
        5xx, 408, 425, 429 and no answer are retried, and Retry-After is honoured. 410 switches the endpoint
        off. Any other answer fails at once. Redirects are never followed.
      </p>
      {update.error && Object.keys(fields).length === 0 && (
        <p role="alert" className="text-sm font-medium text-bad">
          {update.error.message}
        </p>
      )}
      <div className="flex gap-2">
        <Button
          look={isChanged ? 'primary' : 'secondary'}
          type="submit"
          busy={update.isPending}
          disabled={!isChanged}
        >
          Save rules
        </Button>
        {isChanged && <Button onClick={() => setDraft(draftOf(endpoint))}>Undo</Button>}
      </div>
    </form>
  )
}

function firstAt(fields: Readonly<Record<string, string>>, name: string): string | undefined {
  const path = Object.keys(fields).find(one => one.startsWith(name))
  return path && fields[path]
}
