import { Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useUpdateEndpoint } from '../../api/actions.ts'
import type { Endpoint } from '../../api/types.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'

/** The endpoint's own request headers: values are secret, so only names are shown. */
export function HeaderList({ endpoint }: { endpoint: Endpoint }) {
  const update = useUpdateEndpoint(endpoint.id)
  const [name, setName] = useState('')
  const [value, setValue] = useState('')

  function add(submit: FormEvent) {
    submit.preventDefault()
    update.mutate(
      { headers: { [name.trim()]: value } },
      {
        onSuccess() {
          setName('')
          setValue('')
        },
      },
    )
  }

  return (
    <details className="mt-6 border-t border-line pt-4" open={endpoint.header_names.length > 0}>
      <summary className="text-sm font-medium">Headers of your own</summary>
      <ul className="mt-2">
        {endpoint.header_names.map(one => (
          <li key={one} className="flex items-center gap-2 text-sm">
            <span className="font-mono text-xs">{one}: ••••••••</span>
            <IconButton label={`Remove ${one}`} onClick={() => update.mutate({ headers: { [one]: null } })}>
              <Trash2 className="size-4" />
            </IconButton>
          </li>
        ))}
      </ul>
      <form onSubmit={add} className="mt-2 grid items-end gap-3 sm:grid-cols-[1fr_2fr_auto]">
        <TextField
          label="Name"
          required
          value={name}
          placeholder="Authorization"
          onChange={change => setName(change.target.value)}
        />
        <TextField
          label="Value"
          type="password"
          autoComplete="off"
          required
          value={value}
          onChange={change => setValue(change.target.value)}
        />
        <Button type="submit" busy={update.isPending}>
          Add header
        </Button>
      </form>
      {update.error && (
        <p role="alert" className="mt-2 text-sm font-medium text-bad">
          {update.error.message}
        </p>
      )}
    </details>
  )
}
