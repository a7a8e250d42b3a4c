import { type ComponentProps, type ReactNode, useId } from 'react'

export const inputClass =
  'w-full min-h-9 rounded-lg border border-line-strong bg-surface px-3 py-1.5 text-sm text-ink aria-invalid:border-bad'

/** A label, what it labels, and what is wrong with it. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string
  hint?: ReactNode
  error?: string | undefined
  children: (props: {
    id: string
    'aria-describedby': string | undefined
    'aria-invalid': boolean
  }) => ReactNode
}) {
  const id = useId()
  const below = error ?? hint
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': below ? `${id}-below` : undefined,
        'aria-invalid': Boolean(error),
      })}
      {below && (
        <p
          id={`${id}-below`}
          role={error ? 'alert' : undefined}
          className={`mt-1 text-xs ${error ? 'font-medium text-bad' : 'text-muted'}`}
        >
          {below}
        </p>
      )}
    </div>
  )
}

export function TextField({
  label,
  hint,
  error,
  className = '',
  ...input
}: ComponentProps<'input'> & { label: string; hint?: ReactNode; error?: string | undefined }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {described => <input {...input} {...described} className={`${inputClass} ${className}`} />}
    </Field>
  )
}

export function SelectField<T extends string>({
  label,
  hint,
  error,
  value,
  options,
  onChange,
}: {
  label: string
  hint?: ReactNode
  error?: string | undefined
  value: T
  options: readonly (readonly [value: T, text: string])[]
  onChange: (value: T) => void
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {described => (
        <select
          {...described}
          value={value}
          onChange={change => onChange(change.target.value as T)}
          className={inputClass}
        >
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** Some of a few: pressed or not. None pressed means all. */
export function Chips<T extends string>({
  label,
  hint,
  options,
  chosen,
  onChange,
  disabled,
}: {
  label: string
  hint?: string
  options: readonly T[]
  chosen: readonly T[]
  onChange: (chosen: T[]) => void
  disabled?: boolean
}) {
  return (
    <fieldset disabled={disabled} className="min-w-0">
      <legend className="mb-1.5 text-sm font-medium">
        {label}
        {hint && <span className="ml-2 font-normal text-muted">{hint}</span>}
      </legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map(option => {
          const isChosen = chosen.includes(option)
          return (
            <button
              key={option}
              type="button"
              aria-pressed={isChosen}
              onClick={() => onChange(isChosen ? chosen.filter(one => one !== option) : [...chosen, option])}
              className="min-h-8 rounded-full border border-line-strong px-3 text-sm transition-colors hover:bg-sunken aria-pressed:border-ink aria-pressed:bg-ink aria-pressed:text-paper"
            >
              {option}
            </button>
          )
        })}
      </div>
    </fieldset>
  )
}
