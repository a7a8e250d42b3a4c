import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/code.tsx'
import { Dialog } from '../../ui/dialog.tsx'

/** A key that was just made: shown this once. */
export function FreshKey({ text, about, onStored }: { text: string; about: string; onStored: () => void }) {
  return (
    <div className="space-y-4">
      <p className="text-sm">{about}</p>
      <div className="flex items-center gap-2 rounded-lg border border-ink bg-sunken py-1 pr-1 pl-3">
        <code data-testid="key" className="min-w-0 flex-1 font-mono text-sm break-all">
          {text}
        </code>
        <CopyButton text={text} label="Copy key" />
      </div>
      <Button look="primary" onClick={onStored}>
        I have stored it
      </Button>
    </div>
  )
}

/** What went wrong with what was asked, in place. */
export function Refusal({ error }: { error: Error | null }) {
  if (!error) return null
  return (
    <p role="alert" className="text-sm font-medium text-bad">
      {error.message}
    </p>
  )
}

/** A button that asks once more before it does what cannot be undone. */
export function Sure({
  label,
  title,
  children,
  deed,
  keep,
  busy,
  error,
  onDo,
}: {
  /** Of the button; and of what it asks. */
  label: string
  title: string
  children: ReactNode
  deed: string
  keep: string
  busy: boolean
  error: Error | null
  /** Does it; `close` puts the question away. */
  onDo: (close: () => void) => void
}) {
  const [isAsking, setAsking] = useState(false)
  const close = () => setAsking(false)
  return (
    <>
      <Button look="quiet" aria-label={title} onClick={() => setAsking(true)}>
        {label}
      </Button>
      <Dialog title={title} isOpen={isAsking} onClose={close}>
        <p className="text-sm text-muted">{children}</p>
        <div className="mt-2">
          <Refusal error={error} />
        </div>
        <div className="mt-5 flex gap-2">
          <Button look="danger" busy={busy} onClick={() => onDo(close)}>
            {deed}
          </Button>
          <Button onClick={close}>{keep}</Button>
        </div>
      </Dialog>
    </>
  )
}
