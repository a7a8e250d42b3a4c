import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'

const root = document.documentElement
const listeners = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')

system.addEventListener('change', () => {
  if (localStorage.getItem('theme') === null) show(system.matches ? 'dark' : 'light')
})

/** The theme in force (public/theme.js sets the first), and how to take the other: kept for this browser. */
export function useTheme(): { theme: Theme; toggle: () => void } {
  const theme = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => root.dataset.theme as Theme,
  )
  return {
    theme,
    toggle() {
      const other = theme === 'dark' ? 'light' : 'dark'
      localStorage.setItem('theme', other)
      show(other)
    },
  }
}

function show(theme: Theme): void {
  root.dataset.theme = theme
  for (const listener of listeners) listener()
}
