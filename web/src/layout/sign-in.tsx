import { useLocation } from '@tanstack/react-router'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useSignIn } from '../api/accounts.ts'
import type { SessionState } from '../api/types.ts'
import { Button, buttonClass } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { FormError, FrontDoor } from './front-door.tsx'
import { SignInByKey } from './sign-in-by-key.tsx'

const SetUpPage = lazy(() =>
  import('../pages/accounts/set-up.tsx').then(page => ({ default: page.SetUpPage })),
)

/** Why somebody came back from single sign-on and is not in, by what the address says. */
const REFUSALS: Readonly<Record<string, string>> = {
  'no-email':
    'Your provider does not say that your e-mail address is verified, so it cannot tell who you are here.',
  domain: 'E-mail addresses of that domain may not sign in here.',
  'no-account': 'Nobody here has your e-mail address. Ask an admin for an invitation.',
  'no-workspace': 'You are a member of no workspace here. Ask an admin for an invitation.',
  provider: 'Single sign-on did not work. Try again; the program’s log has more.',
  refused: 'Your provider did not let you in, or you turned back.',
  expired: 'That took too long, or was begun in another window. Try again.',
}

/** For who is not signed in: by password, by the provider, by an API key; or the set-up, if nobody is there yet. */
export function SignIn({ state }: { state: SessionState | null }) {
  const [byKey, setByKey] = useState(false)
  if (byKey) return <SignInByKey onBack={() => setByKey(false)} />
  if (state?.needs_set_up)
    return (
      <Suspense>
        <SetUpPage useKey={() => setByKey(true)} />
      </Suspense>
    )
  return <SignInByPassword state={state} useKey={() => setByKey(true)} />
}

function SignInByPassword({ state, useKey }: { state: SessionState | null; useKey: () => void }) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useSignIn()
  const provider = state?.single_sign_on
  const { href, search } = useLocation()
  const refusal = REFUSALS[String((search as { refused?: string }).refused)]

  function submit(event: FormEvent) {
    event.preventDefault()
    signIn.mutate({ email, password })
  }

  return (
    <FrontDoor title="Sign in" about="See what is sent, where it went, and why.">
      {refusal && (
        <p role="alert" className="mt-5 rounded-xl bg-bad-soft px-4 py-3 text-sm text-bad">
          {refusal}
        </p>
      )}
      {state === null && (
        <p role="alert" className="mt-5 rounded-xl bg-bad-soft px-4 py-3 text-sm text-bad">
          StatusPulse does not answer. Check that it runs, then reload the page.
        </p>
      )}
      {provider && (
        <>
          <a
            href={`${provider.url}?return_to=${encodeURIComponent(refusal ? '/' : href)}`}
            className={buttonClass('primary', 'mt-6 w-full')}
          >
            Continue with {provider.name}
          </a>
          <p className="mt-5 text-center text-sm text-muted">or by password</p>
        </>
      )}
      <form onSubmit={submit} className="mt-5 space-y-4">
        <TextField
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={change => setEmail(change.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={change => setPassword(change.target.value)}
        />
        <FormError error={signIn.error} fields={[]} />
        <Button
          look={provider ? 'secondary' : 'primary'}
          type="submit"
          busy={signIn.isPending}
          className="w-full"
        >
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      <p className="mt-6 text-sm text-muted">
        No account, or the password forgotten? An admin of your workspace can make you a link.
      </p>
      <Button look="quiet" className="mt-2 -ml-3.5" onClick={useKey}>
        Use an API key instead
      </Button>
    </FrontDoor>
  )
}
