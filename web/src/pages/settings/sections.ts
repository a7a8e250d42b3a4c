/** The sections of the settings, in the order in which they are shown. Each is a route under `/settings`. */
export const SETTINGS_SECTIONS = [
  { to: '/settings/account', label: 'Account' },
  { to: '/settings/members', label: 'Members' },
  { to: '/settings/keys', label: 'API keys' },
  { to: '/settings/workspaces', label: 'Workspaces' },
  { to: '/settings/status-page', label: 'Status page' },
  { to: '/settings/queues', label: 'Queues' },
  { to: '/settings/nodes', label: 'Nodes' },
  { to: '/settings/retention', label: 'Retention' },
  { to: '/settings/audit', label: 'Audit log' },
] as const satisfies readonly { to: string; label: string }[]
