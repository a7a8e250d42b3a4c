import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, take } from '../../api/client.ts'

interface Schema {
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
}

/** The published schema of payloads, as a list to write by. */
export function PayloadHelp() {
  const { data } = useQuery({
    queryKey: ['payload-schema'],
    queryFn: async ({ signal }) => (await take(api.GET('/v1/schemas/payload.json', { signal }))) as Schema,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <details>
      <summary className="text-sm text-muted">What may stand here</summary>
      <dl className="mt-3 space-y-2 text-sm">{data && fieldsOf(data, '')}</dl>
    </details>
  )
}

function fieldsOf(schema: Schema, above: string): ReactNode[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    <div key={above + name} className="grid gap-x-4 sm:grid-cols-[15rem_1fr]">
      <dt className="font-mono text-xs break-all">{above + name}</dt>
      <dd className="text-xs text-muted">{describe(field)}</dd>
    </div>,
    ...fieldsOf(field, `${above}${name}.`),
  ])
}

function describe({ type, enum: values, anyOf, description }: Schema): string {
  const kinds = values?.join(', ') ?? anyOf?.map(one => one.type).join(' or ') ?? type ?? ''
  return [kinds, description].filter(Boolean).join(' · ')
}
