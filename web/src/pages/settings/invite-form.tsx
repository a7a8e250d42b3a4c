import { type FormEvent, type ReactNode, useState } from 'react'
import { useInvite } from '../../api/accounts.ts'
import { ROLES, type Role } from '../../api/types.ts'
import { FormError, fieldError } from '../../layout/front-door.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/code.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'

const WHAT: Readonly<Record<Role, string>> = {
  owner: 'everything, and who else is an owner',
  admin: 'everything',
  responder: 'looks, and acts on incidents, silences, replays',
  viewer: 'looks',
}

/** Makes an invitation, and shows its link this once. */
export function InviteForm({ onDone }: { onDone: () => void }) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('responder')
  const invite = useInvite()

  function submit(event: FormEvent) {
    event.preventDefault()
    invite.mutate({ email, role })
  }

  if (invite.data) {
    return (
      <OnceLink link={invite.data.link} onDone={onDone}>
        Give this link to {invite.data.email}. It works once, for seven days, and is shown this once.
      </OnceLink>
    )
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="E-mail address"
        type="email"
        autoComplete="off"
        required
        value={email}
        onChange={change => setEmail(change.target.value)}
        error={fieldError(invite.error, 'email')}
      />
      <SelectField
        label="Role"
        value={role}
        onChange={setRole}
        options={ROLES.map(one => [one, `${one}: ${WHAT[one]}`] as const)}
      />
      <FormError error={invite.error} fields={['email']} />
      <Button look="primary" type="submit" busy={invite.isPending}>
        Make the link
      </Button>
    </form>
  )
}

/** A link that nobody can ask for again. */
export function OnceLink({
  link,
  onDone,
  children,
}: {
  link: string
  onDone: () => void
  children: ReactNode
}) {
  return (
    <div className="mt-3 rounded-xl border border-ink p-4">
      <p className="text-sm font-medium">{children}</p>
      <div className="mt-2 flex items-center gap-2 rounded-lg bg-sunken py-1 pr-1 pl-3">
        <code data-testid="link" className="min-w-0 flex-1 font-mono text-sm break-all">
          {link}
        </code>
        <CopyButton text={link} label="Copy link" />
      </div>
      <Button className="mt-3" onClick={onDone}>
        Done
      </Button>
    </div>
  )
}
