import { LIST, type MonitorField, named } from './field.ts'

/** When a check is made, and how many of them decide. */
export const CHECKED: readonly MonitorField[] = [
  {
    path: 'interval_s',
    label: 'Every so many seconds',
    input: 'number',
    initial: '30',
    required: true,
    hint: '5 to 86400.',
  },
  { path: 'timeout_ms', label: 'Timeout, ms', input: 'number', initial: '10000', advanced: true },
  {
    path: 'failures_to_open',
    label: 'Failures in a row that open an incident',
    input: 'number',
    initial: '2',
    advanced: true,
  },
  {
    path: 'successes_to_close',
    label: 'Successes in a row that close it',
    input: 'number',
    initial: '1',
    advanced: true,
  },
  {
    path: 'error_rate_window_s',
    label: 'Seconds that error_rate_pct is taken over',
    input: 'number',
    initial: '300',
    advanced: true,
  },
]

const isFlapping = (texts: Readonly<Record<string, string>>) => texts.flapping === 'on'

const FLAPPING: readonly MonitorField[] = [
  {
    path: 'flapping',
    label: 'Quiet it while it flaps',
    input: 'choice',
    options: [
      ['on', 'Yes: one message says so, the rest is kept back until it is calm'],
      ['off', 'No: every change is told'],
    ],
    initial: 'on',
    advanced: true,
    parts: ['flapping.changes', 'flapping.window_s', 'flapping.calm_s'],
    read: shown => (shown === false ? 'off' : 'on'),
    write: (text, { texts }) =>
      text === 'off'
        ? false
        : Object.fromEntries(
            ['changes', 'window_s', 'calm_s'].map(name => {
              const figure = texts[`flapping.${name}`] ?? ''
              return [name, figure === '' ? null : Number(figure)]
            }),
          ),
  },
  {
    path: 'flapping.changes',
    label: 'Changes that are flapping',
    input: 'number',
    initial: '6',
    advanced: true,
    onlyIf: isFlapping,
    write: false,
  },
  {
    path: 'flapping.window_s',
    label: 'Within so many seconds',
    input: 'number',
    initial: '600',
    advanced: true,
    onlyIf: isFlapping,
    write: false,
  },
  {
    path: 'flapping.calm_s',
    label: 'Calm after so many seconds without one',
    input: 'number',
    initial: '300',
    advanced: true,
    onlyIf: isFlapping,
    write: false,
  },
]

/** What its trouble means: of those that fail by themselves. */
export const FAILING: readonly MonitorField[] = [
  {
    path: 'severity',
    label: 'Severity of its trouble',
    input: 'choice',
    options: ['critical', 'warning', 'info'],
    initial: 'critical',
    advanced: true,
  },
  {
    path: 'failure_status',
    label: 'Its status in trouble',
    input: 'choice',
    options: ['down', 'degraded'],
    initial: 'down',
    advanced: true,
  },
]

/** What every kind has. */
export const COMMON: readonly MonitorField[] = [
  {
    path: 'parents',
    label: 'Depends on',
    input: 'text',
    hint: 'Names of monitors, separated by commas. Its alerts are held while one of them is down.',
    advanced: true,
    ...LIST,
  },
  {
    path: 'parent_wait_s',
    label: 'Seconds that an alert waits for those',
    input: 'number',
    initial: '0',
    hint: 'They may be checked later than this one.',
    advanced: true,
  },
  {
    path: 'affected_endpoints',
    label: 'Affects',
    input: 'text',
    placeholder: '/api/v1/cart, /api/v1/checkout',
    hint: 'What messages say is affected, separated by commas.',
    advanced: true,
    ...LIST,
  },
  {
    ...named('labels', '='),
    label: 'Labels',
    placeholder: 'team = payments',
    hint: 'One in a line. Silences and maintenance match them.',
    advanced: true,
  },
  {
    path: 'region',
    label: 'Region',
    input: 'text',
    hint: 'Where it is watched from. Empty: where the node is.',
    advanced: true,
    write: text => text || undefined,
  },
  ...FLAPPING,
  {
    path: 'stale_after_s',
    label: 'Unknown after so many seconds without a word',
    input: 'number',
    hint: 'Empty: never.',
    advanced: true,
  },
]
