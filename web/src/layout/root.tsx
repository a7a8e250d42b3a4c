import { type ErrorComponentProps, Link, Outlet } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { useSession } from '../api/session.ts'
import { buttonClass } from '../ui/button.tsx'
import { Page } from '../ui/page.tsx'
import { Empty, Failure } from '../ui/states.tsx'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'

/** The address stays while somebody signs in: a deep link leads where it should. */
export function Root() {
  if (!useSession()) return <SignIn />
  return (
    <Shell>
      <Outlet />
    </Shell>
  )
}

export function NotFound() {
  return (
    <Page title="Nothing here">
      <Empty
        icon={Compass}
        title="This address leads nowhere"
        action={
          <Link to="/overview" className={buttonClass('primary')}>
            To the overview
          </Link>
        }
      >
        What was here may be past retention, or the link was cut short.
      </Empty>
    </Page>
  )
}

export function RouteFailure({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Something went wrong">
      <Failure error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
    </Page>
  )
}
