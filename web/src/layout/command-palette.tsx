import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { endpointsQuery } from '../api/queries.ts'
import { session } from '../api/session.ts'
import { useTheme } from '../lib/theme.ts'
import { SETTINGS_SECTIONS } from '../pages/settings/sections.ts'
import { useMay } from '../parts/may.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { PLACES } from './nav.ts'

interface Command {
  readonly name: string
  readonly kind: string
  readonly run: () => void
}

const MOST_SHOWN = 20

/** Find anything by name or id, or do something, without the mouse. */
export function CommandPalette(props: { isOpen: boolean; onClose: () => void; openHelp: () => void }) {
  return (
    <Dialog title="Find or do" isOpen={props.isOpen} onClose={props.onClose} bare>
      <Palette {...props} />
    </Dialog>
  )
}

function Palette({ onClose, openHelp }: { onClose: () => void; openHelp: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const commands = useCommands(openHelp)
  const shown = [...byId(text.trim(), useNavigate()), ...commands.filter(matching(text))].slice(0, MOST_SHOWN)
  const chosen = Math.min(at, shown.length - 1)

  function onKeyDown(press: KeyboardEvent) {
    const step = press.key === 'ArrowDown' ? 1 : press.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      press.preventDefault()
      setAt((chosen + step + shown.length) % Math.max(1, shown.length))
    }
    if (press.key === 'Enter') run(shown[chosen])
  }

  function run(command: Command | undefined) {
    if (!command) return
    onClose()
    command.run()
  }

  return (
    <>
      <input
        role="combobox"
        aria-label="Find or do"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={shown.length > 0 ? `${listId}-${chosen}` : undefined}
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: a dialog that is for typing.
        autoFocus
        value={text}
        placeholder="A page, a webhook, an id such as dlv_… or evt_…"
        onChange={change => {
          setText(change.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
        className="w-full border-b border-line bg-transparent px-5 py-4 outline-none"
      />
      <div id={listId} role="listbox" aria-label="What was found" className="max-h-80 overflow-auto p-2">
        {shown.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys.
          <div
            key={`${command.kind} ${command.name}`}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onClick={() => run(command)}
            onMouseMove={() => setAt(index)}
            className="flex min-h-10 cursor-pointer items-center justify-between gap-4 rounded-lg px-3 text-sm aria-selected:bg-idle-soft"
          >
            <span className="truncate">{command.name}</span>
            <span className="shrink-0 text-xs text-muted">{command.kind}</span>
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className="px-5 pb-5 text-sm text-muted">Nothing by that name.</p>}
    </>
  )
}

function useCommands(openHelp: () => void): Command[] {
  const navigate = useNavigate()
  const { toggle } = useTheme()
  const { data: endpoints = [] } = useQuery(endpointsQuery)
  const mayAdd = useMay('admin')
  return [
    ...PLACES.map(({ name, to }) => ({ name, kind: 'Page', run: () => navigate({ to }) })),
    ...(mayAdd
      ? [{ name: 'Add a webhook', kind: 'Do' as const, run: () => navigate({ to: '/webhooks/new' }) }]
      : []),
    {
      name: 'Deliveries that failed',
      kind: 'Page',
      run: () => navigate({ to: '/deliveries', search: { status: 'failed' } }),
    },
    { name: 'Light or dark theme', kind: 'Do', run: toggle },
    { name: 'View API docs', kind: 'Do', run: () => location.assign('/docs/') },
    { name: 'Keyboard shortcuts', kind: 'Do', run: openHelp },
    { name: 'Sign out', kind: 'Do', run: () => void session.signOut() },
    ...endpoints.map(({ id, name, url }) => ({
      name: name || url,
      kind: 'Webhook',
      run: () => navigate({ to: '/webhooks/$id', params: { id } }),
    })),
    ...SETTINGS_SECTIONS.map(({ to, label }) => ({
      name: label,
      kind: 'Settings',
      run: () => navigate({ to }),
    })),
  ]
}

function byId(text: string, navigate: ReturnType<typeof useNavigate>): Command[] {
  const params = { id: text }
  if (text.startsWith('dlv_'))
    return [{ name: text, kind: 'Delivery', run: () => navigate({ to: '/deliveries/$id', params }) }]
  if (text.startsWith('evt_'))
    return [{ name: text, kind: 'Event', run: () => navigate({ to: '/events/$id', params }) }]
  if (text.startsWith('ep_'))
    return [{ name: text, kind: 'Webhook', run: () => navigate({ to: '/webhooks/$id', params }) }]
  return []
}

function matching(text: string): (command: Command) => boolean {
  const words = text.toLowerCase().split(/\s+/)
  return ({ name, kind }) => {
    const all = `${name} ${kind}`.toLowerCase()
    return words.every(word => all.includes(word))
  }
}
