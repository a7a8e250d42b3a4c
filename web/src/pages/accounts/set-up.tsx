import { type FormEvent, useState } from 'react'
import { useSetUp } from '../../api/accounts.ts'
import { FormError, FrontDoor, fieldError } from '../../layout/front-door.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { NewPasswordField } from './new-password-field.tsx'

const FIELDS = ['token', 'name', 'email', 'password']

/** The first thing that anybody does here: makes the first user. */
export function SetUpPage({ useKey }: { useKey: () => void }) {
  const [draft, setDraft] = useState({ token: '', name: '', email: '', password: '' })
  const setUp = useSetUp()
  const set = (field: keyof typeof draft) => (change: { target: { value: string } }) =>
    setDraft({ ...draft, [field]: change.target.value })

  function submit(event: FormEvent) {
    event.preventDefault()
    setUp.mutate({ ...draft, token: draft.token.trim() })
  }

  return (
    <FrontDoor
      title="Set StatusPulse up"
      about="Nobody is here yet. Make the first account: it owns this installation and invites the others."
    >
      <form onSubmit={submit} className="mt-6 space-y-4">
        <TextField
          label="Admin token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          autoFocus
          value={draft.token}
          onChange={set('token')}
          placeholder="sp_…"
          hint="The first start of StatusPulse printed it, once."
          error={fieldError(setUp.error, 'token')}
          className="font-mono"
        />
        <TextField
          label="Your name"
          autoComplete="name"
          required
          value={draft.name}
          onChange={set('name')}
          error={fieldError(setUp.error, 'name')}
        />
        <TextField
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          value={draft.email}
          onChange={set('email')}
          error={fieldError(setUp.error, 'email')}
        />
        <NewPasswordField
          value={draft.password}
          onChange={password => setDraft({ ...draft, password })}
          error={fieldError(setUp.error, 'password')}
        />
        <FormError error={setUp.error} fields={FIELDS} />
        <Button look="primary" type="submit" busy={setUp.isPending} className="w-full">
          {setUp.isPending ? 'Setting up…' : 'Make the first account'}
        </Button>
      </form>
      <p className="mt-6 text-sm text-muted">
        The token is lost? Stop the server and run{' '}
        <code className="font-mono text-xs text-ink">statuspulse keys create --operator</code> in its place.
      </p>
      <Button look="quiet" className="mt-2 -ml-3.5" onClick={useKey}>
        Use an API key instead
      </Button>
    </FrontDoor>
  )
}
