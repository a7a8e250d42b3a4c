import { useState } from 'react'
import { useUpdateMonitor } from '../../api/actions.ts'
import type { Monitor } from '../../api/types.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ThresholdForm } from './threshold-form.tsx'
import { levelOf, whenOf } from './threshold-words.ts'

/** The rules on the monitor's metrics. */
export function ThresholdsCard({ monitor }: { monitor: Monitor }) {
  const update = useUpdateMonitor(monitor.id)
  /** Which one is open in the form; a new one where there is none yet. */
  const [open, setOpen] = useState<number | null>(null)
  const { thresholds } = monitor
  const close = () => setOpen(null)
  return (
    <Card
      title="Thresholds"
      about="A metric beyond one of them is trouble, as severe as it says."
      action={<Button onClick={() => setOpen(thresholds.length)}>Add a threshold</Button>}
    >
      {thresholds.length === 0 ? (
        <p className="text-sm text-muted">
          None: only what a check says counts. With one, a slow answer or a full queue is told of too.
        </p>
      ) : (
        <ul aria-label="Thresholds" className="divide-y divide-line border-t border-line">
          {thresholds.map((one, index) => (
            <li
              key={one.id ?? `${one.metric} ${levelOf(one)}`}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2.5 text-sm"
            >
              <span className="min-w-0 flex-1">
                <span className="font-mono text-xs">{one.metric}</span> <b>{levelOf(one)}</b>{' '}
                <span className="text-muted">
                  {whenOf(one)}
                  {one.clear_value !== null && `, clear at ${one.clear_value}`}
                </span>
              </span>
              <Badge>{one.severity}</Badge>
              <Button look="quiet" onClick={() => setOpen(index)}>
                Change
              </Button>
              <Button
                look="quiet"
                busy={update.isPending}
                onClick={() => update.mutate({ thresholds: thresholds.filter(other => other !== one) })}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      {update.error && (
        <p role="alert" className="mt-2 text-sm font-medium text-bad">
          {update.error.message}
        </p>
      )}
      <Dialog
        title={open === thresholds.length ? 'Add a threshold' : 'Change the threshold'}
        isOpen={open !== null}
        onClose={close}
      >
        {open !== null && <ThresholdForm monitor={monitor} index={open} onDone={close} />}
      </Dialog>
    </Card>
  )
}
