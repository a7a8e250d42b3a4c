import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useDeleteEndpoint } from '../../api/actions.ts'
import type { Endpoint } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { nameOf } from './endpoint-words.ts'

export function DeleteEndpoint({ endpoint }: { endpoint: Endpoint }) {
  const [isAsking, setAsking] = useState(false)
  const remove = useDeleteEndpoint(endpoint.id)
  const navigate = useNavigate()
  return (
    <div className="pt-2">
      <Button look="danger" onClick={() => setAsking(true)}>
        Delete this webhook
      </Button>
      <Dialog title={`Delete ${nameOf(endpoint)}?`} isOpen={isAsking} onClose={() => setAsking(false)}>
        <p className="text-sm text-muted">
          Nothing more is sent to it, and what waits is cancelled. What was recorded stays. This cannot be
          undone.
        </p>
        {remove.error && (
          <p role="alert" className="mt-2 text-sm text-bad">
            {remove.error.message}
          </p>
        )}
        <div className="mt-5 flex gap-2">
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() => remove.mutate(undefined, { onSuccess: () => navigate({ to: '/webhooks' }) })}
          >
            Delete
          </Button>
          <Button onClick={() => setAsking(false)}>Keep it</Button>
        </div>
      </Dialog>
    </div>
  )
}
