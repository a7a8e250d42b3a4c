import type { Status } from '../../ground/vocabulary.ts'

/** How a status looks in messages: a colour (`#rrggbb`), and an icon for where there are no colours. */
export const LOOKS: Readonly<Record<Status, { readonly colour: string; readonly icon: string }>> = {
  operational: { colour: '#2eb67d', icon: '🟢' },
  degraded: { colour: '#ecb22e', icon: '🟡' },
  down: { colour: '#e01e5a', icon: '🔴' },
  maintenance: { colour: '#36c5f0', icon: '🔵' },
  unknown: { colour: '#868686', icon: '⚪' },
}
