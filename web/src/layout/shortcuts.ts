import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { PLACES } from './nav.ts'

/** The key that opens the palette, as this keyboard has it. */
export const PALETTE_KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'

/** The second key of `g d` comes within this, ms. */
const CHORD_MS = 1_500

/** `/` to search, `?` for help, `g` and a letter to go, `Ctrl K` or `⌘ K` for the palette. */
export function useShortcuts({
  openPalette,
  openHelp,
}: {
  openPalette: () => void
  openHelp: () => void
}): void {
  const navigate = useNavigate()
  useEffect(() => {
    let goAt = 0
    function onKey(press: KeyboardEvent) {
      if (press.key === 'k' && (press.metaKey || press.ctrlKey)) {
        press.preventDefault()
        openPalette()
        return
      }
      if (press.metaKey || press.ctrlKey || press.altKey || isTyping(press.target)) return
      if (document.querySelector('dialog[open]')) return
      const place = press.timeStamp - goAt < CHORD_MS && PLACES.find(({ key }) => key === press.key)
      goAt = press.key === 'g' ? press.timeStamp : 0
      if (place) navigate({ to: place.to })
      else if (press.key === '?') openHelp()
      else if (press.key === '/') {
        press.preventDefault()
        const search = document.querySelector<HTMLInputElement>('input[type=search]')
        if (search) search.focus()
        else openPalette()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [navigate, openPalette, openHelp])
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  )
}
