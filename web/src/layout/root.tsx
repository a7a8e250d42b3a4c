import { type ErrorComponentProps, Link, Outlet, useLocation } from '@tanstack/react-router'
import { Compass } from 'lucide-react'
import { useStanding, viewOf } from '../api/session.ts'
import { buttonClass } from '../ui/button.tsx'
import { Page } from '../ui/page.tsx'
import { Empty, Failure } from '../ui/states.tsx'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'

/** The address stays while somebody signs in: a deep link leads where it should. */
export function Root() {
  const standing = useStanding()
  const { pathname } = useLocation()
  // Who follows a link may be in or out.
  if (pathname === '/join' && standing.kind !== 'asking') return <Outlet />
  if (standing.kind === 'asking') return null
  if (standing.kind === 'out') return <SignIn state={standing.state} />
  return (
    // Another workspace is another page throughout.
    <Shell key={viewOf(standing)}>
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
