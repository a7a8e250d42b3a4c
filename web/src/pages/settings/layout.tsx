import { Link, Outlet } from '@tanstack/react-router'
import { SETTINGS_SECTIONS } from './sections.ts'

/** What is around every page of the settings: the way to the others. */
export function SettingsLayout() {
  return (
    <>
      <nav aria-label="Settings" className="mx-auto w-full max-w-6xl px-4 pt-6 sm:px-8">
        <ul className="flex flex-wrap gap-1 border-b border-line pb-3">
          {SETTINGS_SECTIONS.map(({ to, label }) => (
            <li key={to}>
              <Link
                to={to}
                className="inline-flex min-h-9 items-center rounded-lg px-3 text-sm text-muted transition-colors hover:bg-idle-soft hover:text-ink data-[status=active]:bg-idle-soft data-[status=active]:font-medium data-[status=active]:text-ink"
              >
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </>
  )
}
