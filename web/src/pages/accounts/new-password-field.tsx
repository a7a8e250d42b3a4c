import { TextField } from '../../ui/field.tsx'

const SHORTEST = 12

/** A password that is to be set, as the server takes it. */
export function NewPasswordField({
  label = 'Password',
  value,
  onChange,
  error,
}: {
  label?: string
  value: string
  onChange: (value: string) => void
  error?: string | undefined
}) {
  return (
    <TextField
      label={label}
      type="password"
      autoComplete="new-password"
      required
      minLength={SHORTEST}
      value={value}
      onChange={change => onChange(change.target.value)}
      hint={`At least ${SHORTEST} characters. A few words that do not belong together are good.`}
      error={error}
    />
  )
}
