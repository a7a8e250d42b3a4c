import { Link, Outlet } from '@tanstack/react-router'
import { Page } from '../../ui/page.tsx'
import { SETTINGS_SECTIONS } from './sections.ts'

/** What is around every page of the settings: their sections. */
export function SettingsLayout() {
  return (
    <Page title="Settings">
      <nav aria-label="Settings" className="mb-6 flex gap-1 overflow-x-auto border-b border-line pb-2">
        {SETTINGS_SECTIONS.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            className="flex min-h-9 items-center rounded-lg px-3 text-sm whitespace-nowrap text-muted transition-colors hover:bg-idle-soft hover:text-ink data-[status=active]:bg-idle-soft data-[status=active]:font-medium data-[status=active]:text-ink"
          >
            {label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </Page>
  )
}
