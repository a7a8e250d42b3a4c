import { useState } from 'react'
import { Field, inputClass, SelectField, TextField } from '../../../ui/field.tsx'
import { errorOf } from './body.ts'
import type { MonitorField, Texts } from './field.ts'

/** The fields of a monitor's kind; those that few need are shown on request, or when one of them is at fault. */
export function MonitorFields({
  fields,
  texts,
  errors,
  onChange,
}: {
  fields: readonly MonitorField[]
  texts: Texts
  errors: Readonly<Record<string, string>>
  onChange: (path: string, text: string) => void
}) {
  const [isOpen, setOpen] = useState(false)
  const one = (field: MonitorField) => (
    <MonitorInput
      key={field.path}
      field={field}
      text={texts[field.path] ?? ''}
      error={errorOf(errors, field)}
      onChange={text => onChange(field.path, text)}
    />
  )
  const shown = fields.filter(({ onlyIf }) => onlyIf?.(texts) ?? true)
  const advanced = shown.filter(field => field.advanced)
  const isAtFault = advanced.some(field => errorOf(errors, field))
  return (
    <>
      {shown.filter(field => !field.advanced).map(one)}
      {advanced.length > 0 && (
        <details open={isOpen || isAtFault} onToggle={event => setOpen(event.currentTarget.open)}>
          <summary className="min-h-9 cursor-pointer py-1.5 text-sm font-medium">Advanced</summary>
          <div className="mt-2 space-y-4">{advanced.map(one)}</div>
        </details>
      )}
    </>
  )
}

function MonitorInput({
  field,
  text,
  error,
  onChange,
}: {
  field: MonitorField
  text: string
  error: string | undefined
  onChange: (text: string) => void
}) {
  const { label, hint, placeholder, input, options = [], required = false } = field
  if (input === 'choice')
    return (
      <SelectField
        label={label}
        hint={hint}
        error={error}
        value={text}
        options={options.map(option => (typeof option === 'string' ? [option, option] : option))}
        onChange={onChange}
      />
    )
  if (input === 'lines')
    return (
      <Field label={label} hint={hint} error={error}>
        {described => (
          <textarea
            {...described}
            rows={3}
            value={text}
            placeholder={placeholder}
            onChange={change => onChange(change.target.value)}
            className={`${inputClass} font-mono`}
          />
        )}
      </Field>
    )
  return (
    <TextField
      label={label}
      hint={hint}
      error={error}
      type={input === 'secret' ? 'password' : input}
      autoComplete="off"
      required={required}
      value={text}
      placeholder={placeholder}
      onChange={change => onChange(change.target.value)}
    />
  )
}
