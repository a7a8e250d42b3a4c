import type { ComponentProps } from 'react'

type Look = 'primary' | 'secondary' | 'quiet' | 'danger'

const LOOKS: Record<Look, string> = {
  primary: 'bg-ink text-paper hover:opacity-85 border-transparent',
  secondary: 'bg-surface text-ink border-line-strong hover:bg-sunken',
  quiet: 'bg-transparent text-ink border-transparent hover:bg-idle-soft',
  danger: 'bg-bad-soft text-bad border-transparent hover:opacity-85',
}

/** The classes of a button, for links that look like one. */
export function buttonClass(look: Look = 'secondary', more = ''): string {
  return `inline-flex min-h-9 items-center justify-center gap-2 rounded-lg border px-3.5 text-sm font-medium whitespace-nowrap transition-[opacity,background-color] disabled:cursor-not-allowed disabled:opacity-50 ${LOOKS[look]} ${more}`
}

/** @param props.busy what it began is under way: it cannot be pressed again */
export function Button({
  look = 'secondary',
  busy = false,
  className = '',
  disabled,
  ...props
}: ComponentProps<'button'> & { look?: Look; busy?: boolean }) {
  return (
    <button
      type="button"
      {...props}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={buttonClass(look, className)}
    />
  )
}

/** A button that is only a picture: its label is read out, and shown as a title. */
export function IconButton({
  label,
  className = '',
  ...props
}: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...props}
      className={`inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted transition-colors hover:bg-idle-soft hover:text-ink ${className}`}
    />
  )
}
