import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { IfMay, MayNot } from '../../parts/may.tsx'
import { Page } from '../../ui/page.tsx'
import { SETTINGS_SECTIONS } from './sections.ts'

/** What is around every page of the settings: the way to the others, of those that whoever is signed in may see. */
export function SettingsLayout() {
  const { pathname } = useLocation()
  const section = SETTINGS_SECTIONS.find(({ to }) => pathname.startsWith(to))
  const need = section?.need ?? 'read'
  return (
    <>
      <nav aria-label="Settings" className="mx-auto w-full max-w-6xl px-4 pt-6 sm:px-8">
        <ul className="flex flex-wrap gap-1 border-b border-line pb-3">
          {SETTINGS_SECTIONS.map(({ to, label, need }) => (
            <IfMay key={to} need={need}>
              <li>
                <Link
                  to={to}
                  className="inline-flex min-h-9 items-center rounded-lg px-3 text-sm text-muted transition-colors hover:bg-idle-soft hover:text-ink data-[status=active]:bg-idle-soft data-[status=active]:font-medium data-[status=active]:text-ink"
                >
                  {label}
                </Link>
              </li>
            </IfMay>
          ))}
        </ul>
      </nav>
      <IfMay
        need={need}
        otherwise={
          <Page title={section?.label ?? 'Settings'}>
            <MayNot need={need} />
          </Page>
        }
      >
        <Outlet />
      </IfMay>
    </>
  )
}
