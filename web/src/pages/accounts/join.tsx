import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { linkQuery, useRedeemLink } from '../../api/accounts.ts'
import { useStanding } from '../../api/session.ts'
import type { AccountLink } from '../../api/types.ts'
import { FormError, FrontDoor, fieldError } from '../../layout/front-door.tsx'
import { Button, buttonClass } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Skeleton } from '../../ui/states.tsx'
import { NewPasswordField } from './new-password-field.tsx'

const FIELDS = ['name', 'password']

/** Where an invitation or a reset leads. Its token is after the `#`, which no server or proxy gets to see. */
export function JoinPage() {
  const token = location.hash.slice(1)
  const { data: link, error } = useQuery({ ...linkQuery(token), enabled: token !== '' })
  const navigate = useNavigate()
  if (token === '' || error) {
    return (
      <FrontDoor
        title="This link does not work"
        about={error?.message ?? 'It was cut short. Copy the whole link, from https to its end.'}
      >
        <Button look="primary" className="mt-6 w-full" onClick={() => navigate({ to: '/overview' })}>
          To the sign-in page
        </Button>
      </FrontDoor>
    )
  }
  if (!link) {
    return (
      <FrontDoor title="One moment" about="Looking at your link.">
        <div className="mt-6">
          <Skeleton rows={2} />
        </div>
      </FrontDoor>
    )
  }
  return <LinkForm link={link} token={token} done={() => navigate({ to: '/overview', replace: true })} />
}

function LinkForm({ link, token, done }: { link: AccountLink; token: string; done: () => void }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const redeem = useRedeemLink()
  const standing = useStanding()
  const isNew = link.kind === 'invitation' && !link.has_account
  const isSignedIn =
    link.kind === 'invitation' && standing.kind === 'user' && standing.who.user.email === link.email

  // Whose provider answers for the invited address is let in by that alone.
  const provider = standing.kind === 'out' ? standing.state?.single_sign_on : null

  function submit(event: FormEvent) {
    event.preventDefault()
    const body = { token, ...(isNew ? { name } : {}), ...(isSignedIn ? {} : { password }) }
    redeem.mutate(body, { onSuccess: done })
  }

  return (
    <FrontDoor title={titleOf(link)} about={aboutOf(link, isSignedIn)}>
      <form onSubmit={submit} className="mt-6 space-y-4">
        {/* For password managers: whose password it is. */}
        <TextField label="E-mail address" type="email" autoComplete="username" readOnly value={link.email} />
        {isNew && (
          <TextField
            label="Your name"
            autoComplete="name"
            required
            autoFocus
            value={name}
            onChange={change => setName(change.target.value)}
            error={fieldError(redeem.error, 'name')}
          />
        )}
        {!isSignedIn && link.kind === 'invitation' && link.has_account && (
          <TextField
            label="Password of your account"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={change => setPassword(change.target.value)}
            error={fieldError(redeem.error, 'password')}
          />
        )}
        {(isNew || link.kind === 'reset') && (
          <NewPasswordField
            label={isNew ? 'Password' : 'New password'}
            value={password}
            onChange={setPassword}
            error={fieldError(redeem.error, 'password')}
          />
        )}
        <FormError error={redeem.error} fields={FIELDS} />
        <Button look="primary" type="submit" busy={redeem.isPending} className="w-full">
          {link.kind === 'reset' ? 'Set the password' : 'Join'}
        </Button>
      </form>
      {link.kind === 'invitation' && provider && (
        <>
          <p className="mt-5 text-center text-sm text-muted">or without a password</p>
          <a href={provider.url} className={buttonClass('secondary', 'mt-5 w-full')}>
            Continue with {provider.name}
          </a>
        </>
      )}
    </FrontDoor>
  )
}

function titleOf({ kind, workspace }: AccountLink): string {
  return kind === 'reset' ? 'Set another password' : `Join ${workspace ?? 'a workspace'}`
}

function aboutOf({ kind, role, has_account }: AccountLink, isSignedIn: boolean): string {
  if (kind === 'reset') return 'You are signed out everywhere else by that.'
  const as = `You are invited as ${role}.`
  if (isSignedIn) return `${as} It is added to your account.`
  return has_account ? `${as} You have an account here already: sign in with it.` : `${as} Choose a password.`
}
