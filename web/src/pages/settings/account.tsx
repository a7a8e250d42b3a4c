import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { sessionsQuery, useChangePassword, useEndSession, useMove, useRename } from '../../api/accounts.ts'
import { useStanding } from '../../api/session.ts'
import type { Session, Who } from '../../api/types.ts'
import { FormError, fieldError } from '../../layout/front-door.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card, Fact, Facts } from '../../ui/card.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { NewPasswordField } from '../accounts/new-password-field.tsx'
import { browserOf } from './browser-of.ts'

/** Whoever is signed in: name, password, where they are signed in. */
export function AccountPage() {
  return (
    <Page title="Account" about="Your name, your password, and where you are signed in.">
      <Account />
    </Page>
  )
}

function Account() {
  const standing = useStanding()
  if (standing.kind !== 'user') {
    return (
      <Card title="An API key">
        <p className="text-sm text-muted">
          This page is signed in with an API key, which is nobody in particular. Sign out, and in with your
          e-mail address, to see your account here.
        </p>
      </Card>
    )
  }
  const { who } = standing
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2">
      <div className="grid gap-6">
        <NameCard who={who} />
        <WorkspacesCard who={who} />
      </div>
      <PasswordCard who={who} />
      <div className="min-w-0 lg:col-span-2">
        <SessionsCard />
      </div>
    </div>
  )
}

function NameCard({ who }: { who: Who }) {
  const [name, setName] = useState(who.user.name)
  const rename = useRename()

  function submit(event: FormEvent) {
    event.preventDefault()
    rename.mutate(name)
  }

  return (
    <Card title="You" about="Others see your name beside what you do.">
      <Facts>
        <Fact name="E-mail address">{who.user.email}</Fact>
        <Fact name="Role here">{who.workspace.role}</Fact>
      </Facts>
      <form onSubmit={submit} className="mt-5 space-y-4">
        <TextField
          label="Name"
          autoComplete="name"
          required
          value={name}
          onChange={change => setName(change.target.value)}
          error={fieldError(rename.error, 'name')}
        />
        <FormError error={rename.error} fields={['name']} />
        <div className="flex items-center gap-3">
          <Button type="submit" busy={rename.isPending} disabled={name.trim() === who.user.name}>
            Save
          </Button>
          <span role="status" className="text-sm text-muted">
            {rename.isSuccess && name.trim() === who.user.name && 'Saved.'}
          </span>
        </div>
      </form>
    </Card>
  )
}

function WorkspacesCard({ who }: { who: Who }) {
  const move = useMove()
  return (
    <Card title="Workspaces" about="Everything that you see belongs to the one that you are in.">
      <ul className="divide-y divide-line">
        {who.workspaces.map(({ id, name, role }) => (
          <li key={id} className="flex min-h-12 items-center justify-between gap-4 py-1.5">
            <span className="min-w-0">
              <span className="block truncate text-sm font-medium">{name}</span>
              <span className="text-xs text-muted">{role}</span>
            </span>
            {id === who.workspace.id ? (
              <Badge tone="ok">here</Badge>
            ) : (
              <Button aria-label={`Go to ${name}`} busy={move.isPending} onClick={() => move.mutate(id)}>
                Go there
              </Button>
            )}
          </li>
        ))}
      </ul>
      <FormError error={move.error} fields={[]} />
    </Card>
  )
}

const NOTHING = { current_password: '', new_password: '' }

function PasswordCard({ who }: { who: Who }) {
  const [draft, setDraft] = useState(NOTHING)
  const change = useChangePassword()

  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate(draft, { onSuccess: () => setDraft(NOTHING) })
  }

  if (!who.user.has_password) {
    return (
      <Card title="Password">
        <p className="text-sm text-muted">
          You sign in by single sign-on and have no password here. If you want one, an admin can make you a
          link.
        </p>
      </Card>
    )
  }
  return (
    <Card title="Password" about="You are signed out everywhere else when you change it.">
      <form onSubmit={submit} className="space-y-4">
        {/* For password managers: whose password it is. */}
        <input type="hidden" name="username" autoComplete="username" value={who.user.email} readOnly />
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          required
          value={draft.current_password}
          onChange={({ target }) => setDraft({ ...draft, current_password: target.value })}
          error={fieldError(change.error, 'current_password')}
        />
        <NewPasswordField
          label="New password"
          value={draft.new_password}
          onChange={new_password => setDraft({ ...draft, new_password })}
          error={fieldError(change.error, 'new_password')}
        />
        <FormError error={change.error} fields={['current_password', 'new_password']} />
        <div className="flex items-center gap-3">
          <Button type="submit" busy={change.isPending}>
            Change password
          </Button>
          <span role="status" className="text-sm text-muted">
            {change.isSuccess && 'Changed.'}
          </span>
        </div>
      </form>
    </Card>
  )
}

function SessionsCard() {
  const { data: sessions, error, refetch } = useQuery(sessionsQuery)
  return (
    <Card
      title="Sessions"
      about="Where you are signed in. End those that you do not know, and change your password."
    >
      {error && <Failure error={error} retry={refetch} />}
      {!sessions && !error && <Skeleton rows={2} />}
      <ul aria-label="Sessions" className="divide-y divide-line">
        {sessions?.map(one => (
          <SessionRow key={one.id} session={one} />
        ))}
      </ul>
    </Card>
  )
}

function SessionRow({ session }: { session: Session }) {
  const end = useEndSession()
  const name = browserOf(session.user_agent)
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
      <div className="min-w-0">
        <p className="text-sm font-medium" title={session.user_agent}>
          {name}
        </p>
        <p className="text-xs text-muted">
          from {session.address}, since <Time at={session.created_at} />, last used{' '}
          <Time at={session.seen_at} />
        </p>
        <FormError error={end.error} fields={[]} />
      </div>
      {session.current ? (
        <Badge tone="ok">this one</Badge>
      ) : (
        <Button
          aria-label={`End the session of ${name}`}
          busy={end.isPending}
          onClick={() => end.mutate(session.id)}
        >
          End
        </Button>
      )}
    </li>
  )
}
