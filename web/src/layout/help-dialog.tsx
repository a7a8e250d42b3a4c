import { Dialog } from '../ui/dialog.tsx'
import { PLACES } from './nav.ts'
import { PALETTE_KEYS } from './shortcuts.ts'

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'Search on this page'],
  [PALETTE_KEYS, 'Find or do anything'],
  ['?', 'This list'],
  ['p', 'Pause or go on, on the live page'],
  ...PLACES.map(({ key, name }) => [`g ${key}`, `Go to ${name}`] as const),
]

export function HelpDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog title="By keyboard" isOpen={isOpen} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2.5 text-sm">
        {KEYS.map(([keys, what]) => (
          <div key={keys} className="col-span-2 grid grid-cols-subgrid">
            <dt className="flex gap-1">
              {keys.split(' ').map(key => (
                <kbd
                  key={key}
                  className="min-w-7 rounded-md border border-line-strong px-1.5 py-0.5 text-center font-mono text-xs"
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-muted">{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
