import { type FormEvent, useEffect, useState } from 'react'
import { createClient } from '../../../sdk/client/src/index.ts'
import { ProblemError, told } from '../api/client.ts'
import { session } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { Mark } from './mark.tsx'

/** Asks for an API key, and tries it before it is kept. */
export function SignIn() {
  const [key, setKey] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    document.title = 'Sign in · StatusPulse'
  }, [])

  async function signIn(submit: FormEvent) {
    submit.preventDefault()
    setBusy(true)
    setError(undefined)
    const refusal = await whyRefused(key.trim())
    setBusy(false)
    if (refusal === null) session.open(key.trim())
    else setError(refusal)
  }

  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <Mark large />
        <h1 className="mt-8 text-2xl font-semibold">Sign in</h1>
        <p className="mt-1.5 text-muted">See what is sent, where it went, and why.</p>
        <form onSubmit={signIn} className="mt-6 space-y-4">
          <TextField
            label="API key"
            type="password"
            autoComplete="current-password"
            spellCheck={false}
            required
            autoFocus
            value={key}
            onChange={change => setKey(change.target.value)}
            placeholder="sp_…"
            error={error}
            className="font-mono"
          />
          <Button look="primary" type="submit" busy={isBusy} className="w-full">
            {isBusy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
        <p className="mt-6 text-sm text-muted">
          No key at hand? The first start of StatusPulse prints one. More are made with{' '}
          <code className="font-mono text-xs text-ink">statuspulse keys create</code>. It stays in this tab,
          and is gone when the tab is closed.
        </p>
      </div>
    </main>
  )
}

/** @returns null: the key opens this workspace */
async function whyRefused(key: string): Promise<string | null> {
  // Other characters cannot stand in a header.
  if (!/^[\x21-\x7e]+$/.test(key)) return 'An API key is one word that begins with sp_.'
  try {
    await createClient({ token: key, retries: 0 }).GET('/v1/workspace')
    return null
  } catch (error) {
    const problem = told(error)
    if (!(problem instanceof ProblemError)) throw error
    return problem.status === 403
      ? `${problem.message} The console needs one that may read.`
      : problem.message
  }
}
