import { useTryMonitor } from '../../../api/actions.ts'
import { ProblemError } from '../../../api/client.ts'
import type { Monitor } from '../../../api/types.ts'
import { Button } from '../../../ui/button.tsx'
import { CheckFindings } from '../last-check.tsx'

const CHECKED: readonly Monitor['kind'][] = ['http', 'tcp', 'tls', 'dns']

/** Makes the check as the form says it, before anything is saved. Nothing, where nothing is checked from here. */
export function TryNow({
  kind,
  body,
}: {
  kind: Monitor['kind']
  /** The monitor, or a change with its `monitor_id`. */
  body: () => Record<string, unknown>
}) {
  const attempt = useTryMonitor()
  if (!CHECKED.includes(kind)) return null
  const fields = attempt.error instanceof ProblemError ? Object.entries(attempt.error.fields) : []
  return (
    <section aria-label="Trial" aria-live="polite" className="rounded-xl bg-sunken p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-muted">See what it finds before you save it. Nothing is kept.</p>
        <Button busy={attempt.isPending} onClick={() => attempt.mutate(body())}>
          Try it now
        </Button>
      </div>
      {attempt.error && (
        <p role="alert" className="mt-3 text-sm font-medium text-bad">
          {fields.length > 0
            ? fields.map(([path, message]) => `${path} ${message}`).join('; ')
            : attempt.error.message}
        </p>
      )}
      {attempt.data && !attempt.isPending && (
        <div className="mt-4">
          <CheckFindings check={attempt.data} />
        </div>
      )}
    </section>
  )
}
