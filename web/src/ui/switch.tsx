import { Switch as Root } from 'radix-ui'

/** On or off, in force at once. */
export function Switch({
  label,
  isOn,
  onChange,
  disabled,
}: {
  label: string
  isOn: boolean
  onChange: (isOn: boolean) => void
  disabled?: boolean
}) {
  return (
    <Root.Root
      aria-label={label}
      checked={isOn}
      onCheckedChange={onChange}
      disabled={disabled}
      className="relative h-6 w-11 shrink-0 rounded-full border border-line-strong bg-idle-soft transition-colors disabled:opacity-50 data-[state=checked]:border-ok data-[state=checked]:bg-ok"
    >
      <Root.Thumb className="block size-4.5 translate-x-0.5 rounded-full bg-ink transition-transform data-[state=checked]:translate-x-[1.35rem] data-[state=checked]:bg-surface" />
    </Root.Root>
  )
}
