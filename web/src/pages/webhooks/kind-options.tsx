import type { EndpointKind } from '../../api/types.ts'
import { Field, inputClass, SelectField, TextField } from '../../ui/field.tsx'

interface OptionSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: string | number
  readonly description?: string
  readonly maxLength?: number
  readonly examples?: readonly string[]
}

/** A text that may be longer than this is written over several lines. */
const LONG_TEXT = 1_000

type Options = Record<string, unknown>

/** A form of an endpoint kind's own settings, made from their schema. */
export function KindOptions({
  kind,
  options,
  onChange,
  errors,
}: {
  kind: EndpointKind
  options: Options
  onChange: (options: Options) => void
  /** By path, such as `options.routing_key`. */
  errors: Readonly<Record<string, string>>
}) {
  const { properties = {}, required = [] } = kind.options_schema as {
    properties?: Record<string, OptionSchema>
    required?: string[]
  }
  const field = (name: string) => (
    <OptionField
      key={name}
      name={name}
      schema={properties[name] ?? {}}
      isRequired={required.includes(name)}
      isSecret={kind.secret_options.includes(name)}
      value={options[name]}
      error={errors[`options.${name}`]}
      onChange={value => {
        const { [name]: _, ...others } = options
        onChange(value === undefined ? others : { ...options, [name]: value })
      }}
    />
  )
  const others = Object.keys(properties).filter(name => !required.includes(name))
  return (
    <>
      {required.length > 0 && <div className="grid gap-4 sm:grid-cols-2">{required.map(field)}</div>}
      {others.length > 0 && (
        <details open={others.some(name => errors[`options.${name}`])}>
          <summary className="text-sm text-muted">More settings of {kind.label}</summary>
          <div className="mt-3 grid gap-4 sm:grid-cols-2">{others.map(field)}</div>
        </details>
      )}
    </>
  )
}

/** @param props.onChange undefined: left out, the default holds */
function OptionField({
  name,
  schema,
  isRequired,
  isSecret,
  value,
  error,
  onChange,
}: {
  name: string
  schema: OptionSchema
  isRequired: boolean
  isSecret: boolean
  value: unknown
  error: string | undefined
  onChange: (value: unknown) => void
}) {
  const label = name.replaceAll('_', ' ').replace(/^./, letter => letter.toUpperCase())
  if (schema.enum)
    return (
      <SelectField
        label={label}
        hint={schema.description}
        value={String(value ?? schema.default ?? '')}
        options={schema.enum.map(one => [one, one] as const)}
        onChange={onChange}
      />
    )
  const given = (text: string) => {
    if (text === '') return undefined
    if (schema.type === 'integer') return Number(text)
    return schema.type === 'array' ? text.split(/[\s,]+/) : text
  }
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '')
  if ((schema.maxLength ?? 0) > LONG_TEXT && !isSecret)
    return (
      <div className="sm:col-span-2">
        <Field label={label} hint={schema.description} error={error}>
          {described => (
            <textarea
              {...described}
              rows={4}
              spellCheck={false}
              value={text}
              placeholder={schema.examples?.[0]}
              onChange={change => onChange(given(change.target.value))}
              className={`${inputClass} font-mono text-xs`}
            />
          )}
        </Field>
      </div>
    )
  return (
    <TextField
      label={label}
      hint={schema.type === 'array' ? `${schema.description ?? ''} With commas between.` : schema.description}
      required={isRequired}
      type={isSecret ? 'password' : schema.type === 'integer' ? 'number' : 'text'}
      autoComplete="off"
      value={text}
      placeholder={schema.default === undefined ? undefined : String(schema.default)}
      onChange={change => onChange(given(change.target.value))}
      error={error}
    />
  )
}
