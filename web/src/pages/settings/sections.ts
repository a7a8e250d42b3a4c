/** The sections of the settings, in the order in which they are shown. */
export const SETTINGS_SECTIONS = [
  { to: '/settings/status-page', label: 'Status page' },
] as const satisfies readonly { to: string; label: string }[]
