import type { Need } from '../../parts/may.tsx'

/** The sections of the settings, in the order in which they are shown. Each is a route under `/settings`. */
export const SETTINGS_SECTIONS = [
  { to: '/settings/account', label: 'Account', need: 'read' },
  { to: '/settings/members', label: 'Members', need: 'admin' },
  { to: '/settings/keys', label: 'API keys', need: 'admin' },
  { to: '/settings/workspaces', label: 'Workspaces', need: 'read' },
  { to: '/settings/status-page', label: 'Status page', need: 'read' },
  { to: '/settings/queues', label: 'Queues', need: 'read' },
  { to: '/settings/nodes', label: 'Nodes', need: 'operator' },
  { to: '/settings/retention', label: 'Retention', need: 'read' },
  { to: '/settings/audit', label: 'Audit log', need: 'admin' },
] as const satisfies readonly { to: string; label: string; need: Need }[]
