import { type FormEvent, useState } from 'react'
import { createClient } from '../../../sdk/client/src/index.ts'
import { ProblemError, told } from '../api/client.ts'
import { session } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { FrontDoor } from './front-door.tsx'

/** Asks for an API key, and tries it before it is kept. */
export function SignInByKey({ onBack }: { onBack: () => void }) {
  const [key, setKey] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  async function signIn(submit: FormEvent) {
    submit.preventDefault()
    setBusy(true)
    setError(undefined)
    const refusal = await whyRefused(key.trim())
    setBusy(false)
    if (refusal === null) session.openWithKey(key.trim())
    else setError(refusal)
  }

  return (
    <FrontDoor title="Sign in with a key" about="What it may see and do, this page may.">
      <form onSubmit={signIn} className="mt-6 space-y-4">
        <TextField
          label="API key"
          type="password"
          autoComplete="off"
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
        <code className="font-mono text-xs text-ink">statuspulse keys create</code>. It stays in this tab, and
        is gone when the tab is closed.
      </p>
      <Button look="quiet" className="mt-2 -ml-3.5" onClick={onBack}>
        Without a key
      </Button>
    </FrontDoor>
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
