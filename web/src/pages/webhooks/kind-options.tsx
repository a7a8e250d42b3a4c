import type { EndpointKind } from '../../api/types.ts'
import { SelectField, TextField } from '../../ui/field.tsx'

interface OptionSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: string
  readonly description?: string
  readonly pattern?: string
}

/** A form of an endpoint kind's own settings, made from their schema. */
export function KindOptions({
  kind,
  options,
  onChange,
  errors,
}: {
  kind: EndpointKind
  options: Record<string, unknown>
  onChange: (options: Record<string, unknown>) => void
  /** By path, such as `options.routing_key`. */
  errors: Readonly<Record<string, string>>
}) {
  const { properties = {}, required = [] } = kind.options_schema as {
    properties?: Record<string, OptionSchema>
    required?: string[]
  }
  const names = Object.keys(properties)
  if (names.length === 0) return null
  const set = (name: string, value: string) => onChange({ ...options, [name]: value })
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {names.map(name => {
        const schema = properties[name] ?? {}
        const label = name.replaceAll('_', ' ').replace(/^./, letter => letter.toUpperCase())
        const value = String(options[name] ?? schema.default ?? '')
        if (schema.enum)
          return (
            <SelectField
              key={name}
              label={label}
              hint={schema.description}
              value={value}
              options={schema.enum.map(one => [one, one] as const)}
              onChange={chosen => set(name, chosen)}
            />
          )
        return (
          <TextField
            key={name}
            label={label}
            hint={schema.description}
            required={required.includes(name)}
            type={kind.secret_options.includes(name) ? 'password' : 'text'}
            autoComplete="off"
            value={value}
            onChange={change => set(name, change.target.value)}
            error={errors[`options.${name}`]}
          />
        )
      })}
    </div>
  )
}
