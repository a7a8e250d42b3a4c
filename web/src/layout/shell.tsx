import { Link, useLocation } from '@tanstack/react-router'
import { BookOpen, Command, LogOut, Moon, Sun } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { session, useStanding } from '../api/session.ts'
import { useTheme } from '../lib/theme.ts'
import { IconButton } from '../ui/button.tsx'
import { usePlainLinks } from '../ui/plain-link.tsx'
import { CommandPalette } from './command-palette.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Mark } from './mark.tsx'
import { PLACES } from './nav.ts'
import { PALETTE_KEYS, useShortcuts } from './shortcuts.ts'

/** What is around every page: a column beside it, or on a phone a bar above and one below. */
export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  usePlainLinks()
  useFocusOnArrival()
  useShortcuts({ openPalette: () => setOpen('palette'), openHelp: () => setOpen('help') })
  return (
    <div className="lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-ink px-4 py-2 text-paper focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 flex h-14 items-center justify-between border-b border-line bg-paper/95 px-4 backdrop-blur lg:hidden">
        <Link to="/overview" className="rounded-lg">
          <Mark />
        </Link>
        <Tools openPalette={() => setOpen('palette')} />
      </header>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line px-3 py-5 lg:flex">
        <Link to="/overview" className="mx-2 rounded-lg">
          <Mark />
        </Link>
        <button
          type="button"
          onClick={() => setOpen('palette')}
          className="mx-1 mt-6 flex min-h-9 items-center justify-between rounded-lg border border-line bg-surface px-3 text-sm text-muted hover:border-line-strong"
        >
          Find or do…
          <kbd className="font-mono text-xs">{PALETTE_KEYS}</kbd>
        </button>
        <nav aria-label="Places" className="mt-4 flex flex-1 flex-col gap-0.5">
          {PLACES.map(({ to, name, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              className="flex min-h-10 items-center gap-3 rounded-lg px-3 text-sm text-muted transition-colors hover:bg-idle-soft hover:text-ink data-[status=active]:bg-idle-soft data-[status=active]:font-medium data-[status=active]:text-ink"
            >
              <Icon aria-hidden="true" className="size-4.5" strokeWidth={1.75} />
              {name}
            </Link>
          ))}
        </nav>
        <WhoIsHere />
        <div className="flex justify-between px-1">
          <Tools openPalette={() => setOpen('palette')} />
        </div>
      </aside>
      <main id="main" tabIndex={-1} className="min-w-0 pb-20 outline-none lg:pb-0">
        {children}
      </main>
      <nav
        aria-label="Places"
        className="fixed inset-x-0 bottom-0 z-30 flex overflow-x-auto border-t border-line bg-paper/95 pb-[env(safe-area-inset-bottom)] backdrop-blur lg:hidden"
      >
        {PLACES.map(({ to, name, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            className="flex h-15 min-w-16 flex-1 flex-col items-center justify-center gap-1 text-[0.65rem] text-muted data-[status=active]:font-semibold data-[status=active]:text-ink"
          >
            <Icon aria-hidden="true" className="size-5" strokeWidth={1.75} />
            {name}
          </Link>
        ))}
      </nav>
      <CommandPalette
        isOpen={open === 'palette'}
        onClose={() => setOpen(null)}
        openHelp={() => setOpen('help')}
      />
      <HelpDialog isOpen={open === 'help'} onClose={() => setOpen(null)} />
    </div>
  )
}

/** Whose eyes, and which workspace; a key is nobody. */
function WhoIsHere() {
  const standing = useStanding()
  if (standing.kind !== 'user') return null
  const { user, workspace } = standing.who
  return (
    <Link to="/settings/account" className="mb-2 block rounded-lg px-3 py-2 hover:bg-idle-soft">
      <span className="block truncate text-sm font-medium">{user.name}</span>
      <span className="block truncate text-xs text-muted">{workspace.name}</span>
    </Link>
  )
}

/** Whoever comes to another page by keyboard or by ear goes on in that page, not in what led there. */
function useFocusOnArrival() {
  const path = useLocation({ select: ({ pathname }) => pathname })
  const arrivedAt = useRef(path)
  useEffect(() => {
    if (arrivedAt.current === path) return
    arrivedAt.current = path
    const main = document.getElementById('main')
    if (!main?.contains(document.activeElement)) main?.focus({ preventScroll: true })
  }, [path])
}

function Tools({ openPalette }: { openPalette: () => void }) {
  const { theme, toggle } = useTheme()
  return (
    <div className="flex gap-0.5">
      <IconButton label="Find or do" onClick={openPalette} className="lg:hidden">
        <Command className="size-4.5" strokeWidth={1.75} />
      </IconButton>
      <IconButton label={theme === 'dark' ? 'Light theme' : 'Dark theme'} onClick={toggle}>
        {theme === 'dark' ? (
          <Sun className="size-4.5" strokeWidth={1.75} />
        ) : (
          <Moon className="size-4.5" strokeWidth={1.75} />
        )}
      </IconButton>
      <a
        href="/docs/"
        aria-label="View API docs"
        title="View API docs"
        className="inline-flex size-9 items-center justify-center rounded-lg text-muted hover:bg-idle-soft hover:text-ink"
      >
        <BookOpen className="size-4.5" strokeWidth={1.75} />
      </a>
      <IconButton label="Sign out" onClick={() => void session.signOut()}>
        <LogOut className="size-4.5" strokeWidth={1.75} />
      </IconButton>
    </div>
  )
}
