/** The sections of the settings, in the order in which they are shown. Each is a route under `/settings`. */
export const SETTINGS_SECTIONS = [
  { to: '/settings/account', label: 'Account' },
  { to: '/settings/members', label: 'Members' },
] as const satisfies readonly { to: string; label: string }[]
