import type { Monitor } from '../../api/types.ts'

/** One field of a monitor's form: where it stands in the API's words, and how it is read and written as text. */
export interface MonitorField {
  /** As in the API: `spec.url`, `interval_s`. */
  readonly path: string
  readonly label: string
  readonly hint?: string
  readonly placeholder?: string
  readonly input: 'text' | 'url' | 'number' | 'lines' | 'choice' | 'secret'
  readonly options?: readonly string[]
  readonly required?: boolean
  /** Shown on request. */
  readonly advanced?: boolean
  /** What a new monitor begins with. */
  readonly initial?: string
  /** Text of what the API shows; left out: as it is. null: it is never shown, and left alone unless something is written. */
  readonly read?: ((shown: unknown) => string) | null
  /** What the API is given for the text; undefined: nothing. Left out: by `input`. */
  readonly write?: (text: string) => unknown
}

const lines = (text: string) => text.split('\n').flatMap(line => line.trim() || [])
const commas = (text: string) => text.split(/[,\n]/).flatMap(part => part.trim() || [])
const joined = (shown: unknown) => (Array.isArray(shown) ? shown.join(', ') : '')

const CHECKED: readonly MonitorField[] = [
  {
    path: 'interval_s',
    label: 'Every so many seconds',
    input: 'number',
    initial: '30',
    required: true,
    hint: '5 to 86400.',
  },
  {
    path: 'timeout_ms',
    label: 'Timeout, ms',
    input: 'number',
    initial: '10000',
    advanced: true,
  },
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
]

const COMMON: readonly MonitorField[] = [
  {
    path: 'severity',
    label: 'Severity of its trouble',
    input: 'choice',
    options: ['critical', 'warning', 'info'],
    initial: 'critical',
    advanced: true,
  },
  {
    path: 'parents',
    label: 'Depends on',
    input: 'text',
    hint: 'Names of monitors, separated by commas. Its alerts are held while one of them is down.',
    advanced: true,
    read: joined,
    write: commas,
  },
  {
    path: 'affected_endpoints',
    label: 'Affects',
    input: 'text',
    placeholder: '/api/v1/cart, /api/v1/checkout',
    hint: 'What messages say is affected, separated by commas.',
    advanced: true,
    read: joined,
    write: commas,
  },
]

const HOST: MonitorField = {
  path: 'spec.host',
  label: 'Host',
  input: 'text',
  placeholder: 'db.example.com',
  required: true,
}

const EXPIRY: Pick<MonitorField, 'label' | 'input' | 'hint'> = {
  label: 'Warn so many days before the certificate expires',
  input: 'number',
  hint: 'A warning does not open an incident.',
}

const HTTP: readonly MonitorField[] = [
  {
    path: 'spec.url',
    label: 'URL',
    input: 'url',
    placeholder: 'https://shop.example.com/health',
    required: true,
  },
  {
    path: 'spec.method',
    label: 'Method',
    input: 'choice',
    options: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    initial: 'GET',
    advanced: true,
  },
  {
    path: 'spec.headers',
    label: 'Headers',
    input: 'lines',
    placeholder: 'Accept: application/json',
    hint: 'One in a line. Their values are not shown again; empty leaves them as they are.',
    advanced: true,
    read: null,
    write: text =>
      Object.fromEntries(
        lines(text).map(line => {
          const [name = '', ...value] = line.split(':')
          return [name.trim(), value.join(':').trim()]
        }),
      ),
  },
  {
    path: 'spec.body',
    label: 'Body',
    input: 'lines',
    advanced: true,
    write: text => (text === '' ? undefined : text),
  },
  {
    path: 'spec.auth',
    label: 'Bearer token',
    input: 'secret',
    hint: 'Not shown again; empty leaves it as it is.',
    advanced: true,
    read: null,
    write: token => ({ type: 'bearer', token }),
  },
  {
    path: 'spec.expected_statuses',
    label: 'Statuses that are fine',
    input: 'text',
    initial: '2xx',
    hint: 'Such as 200, 2xx or 200-204, separated by commas.',
    advanced: true,
    read: joined,
    write: commas,
  },
  {
    path: 'spec.assertions',
    label: 'The answer must hold',
    input: 'lines',
    placeholder: 'contains: all systems normal\n$.status = ok\nheader x-cache exists',
    hint: 'One in a line: “contains: text”, “$.path = value”, “header name = value” or “header name exists”.',
    advanced: true,
    read: shown => (Array.isArray(shown) ? shown.map(showAssertion).join('\n') : ''),
    write: text => lines(text).map(readAssertion),
  },
  {
    path: 'spec.max_redirects',
    label: 'Redirects followed',
    input: 'number',
    initial: '5',
    advanced: true,
  },
  { path: 'spec.tls.expiry_warning_days', ...EXPIRY, initial: '14', advanced: true },
]

const TLS: readonly MonitorField[] = [
  HOST,
  { path: 'spec.port', label: 'Port', input: 'number', initial: '443', required: true },
  {
    path: 'spec.min_days_left',
    label: 'Fails when the certificate has fewer days left',
    input: 'number',
    initial: '0',
  },
  { path: 'spec.expiry_warning_days', ...EXPIRY, initial: '14', advanced: true },
  {
    path: 'spec.names',
    label: 'Names that it must cover',
    input: 'text',
    hint: 'Separated by commas. Empty: the host.',
    advanced: true,
    read: joined,
    write: commas,
  },
]

const DNS: readonly MonitorField[] = [
  {
    path: 'spec.name',
    label: 'Domain name',
    input: 'text',
    placeholder: 'example.com',
    required: true,
  },
  {
    path: 'spec.record_type',
    label: 'Record',
    input: 'choice',
    options: ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'CAA', 'SOA', 'PTR'],
    initial: 'A',
  },
  {
    path: 'spec.values',
    label: 'Expected records',
    input: 'lines',
    hint: 'One in a line, as in a zone file. Empty: any will do.',
    read: shown => (Array.isArray(shown) ? shown.join('\n') : ''),
    write: lines,
  },
  {
    path: 'spec.server',
    label: 'Name server to ask',
    input: 'text',
    hint: 'Empty: this machine’s own.',
    advanced: true,
    write: text => text || undefined,
  },
]

const HEARTBEAT: readonly MonitorField[] = [
  {
    path: 'spec.period_s',
    label: 'Seconds from ping to ping',
    input: 'number',
    placeholder: '86400',
    hint: 'A day when empty and there is no cron expression.',
  },
  {
    path: 'spec.cron',
    label: 'Or at the times of a cron expression',
    input: 'text',
    placeholder: '30 2 * * *',
    write: text => text || undefined,
  },
  {
    path: 'spec.time_zone',
    label: 'Its time zone',
    input: 'text',
    initial: 'UTC',
    placeholder: 'Europe/Berlin',
  },
  { path: 'spec.grace_s', label: 'Seconds that a ping may be late', input: 'number', initial: '60' },
  {
    path: 'spec.max_run_s',
    label: 'Seconds that a run may take from its start',
    input: 'number',
    initial: '3600',
    advanced: true,
  },
]

const STALE: MonitorField = {
  path: 'stale_after_s',
  label: 'Unknown after so many seconds without a word',
  input: 'number',
  hint: 'Empty: never.',
  advanced: true,
}

/** What each kind watches, in a line, and its fields. */
export const KINDS: Readonly<
  Record<Monitor['kind'], { title: string; about: string; fields: readonly MonitorField[] }>
> = {
  http: {
    title: 'Page or API',
    about: 'Requests a URL and judges status, content and certificate.',
    fields: [...HTTP, ...CHECKED, ...COMMON],
  },
  tcp: {
    title: 'Port',
    about: 'Connects to a host and port, and hangs up.',
    fields: [
      HOST,
      { path: 'spec.port', label: 'Port', input: 'number', placeholder: '5432', required: true },
      ...CHECKED,
      ...COMMON,
    ],
  },
  tls: {
    title: 'Certificate',
    about: 'Makes a handshake and looks at the certificate: trust, names, days left.',
    fields: [...TLS, ...CHECKED, ...COMMON],
  },
  dns: {
    title: 'DNS record',
    about: 'Asks for a record and compares it.',
    fields: [...DNS, ...CHECKED, ...COMMON],
  },
  heartbeat: {
    title: 'Heartbeat',
    about: 'A job that pings us when it ran. Silence is trouble.',
    fields: [...HEARTBEAT, ...COMMON],
  },
  metric: {
    title: 'Metric',
    about: 'Figures that you send; thresholds say which are bad.',
    fields: [STALE, ...COMMON],
  },
  external: {
    title: 'Watched elsewhere',
    about: 'Its status comes with events and alerts of other systems.',
    fields: [STALE, ...COMMON],
  },
}

function readAssertion(line: string): unknown {
  const contains = /^contains:\s*(.*)$/i.exec(line)
  if (contains) return { source: 'body', operator: 'contains', value: contains[1] }
  const header = /^header\s+(\S+)\s+(?:(exists|absent)|=\s*(.*))$/i.exec(line)
  if (header)
    return header[2]
      ? { source: 'header', name: header[1], operator: header[2].toLowerCase() }
      : { source: 'header', name: header[1], operator: 'equals', value: header[3] }
  const json = /^(\$\S*)\s+(?:(exists|absent)|=\s*(.*))$/.exec(line)
  if (json)
    return json[2]
      ? { source: 'json', path: json[1], operator: json[2] }
      : { source: 'json', path: json[1], operator: 'equals', value: scalarOf(json[3] ?? '') }
  // The API says what is wrong with it, at this field.
  return JSON.parse(jsonOr(line))
}

function jsonOr(line: string): string {
  try {
    JSON.parse(line)
    return line
  } catch {
    return JSON.stringify({ source: line })
  }
}

/** `ok` is a text, `3`, `true` and `null` are what they look like, `"3"` is a text. */
function scalarOf(text: string): unknown {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}

function showAssertion(one: Record<string, unknown>): string {
  const { source, operator, value, path, name } = one
  if (source === 'body' && operator === 'contains') return `contains: ${value}`
  const what = source === 'json' ? path : `header ${name}`
  if (operator === 'exists' || operator === 'absent') return `${what} ${operator}`
  if (operator !== 'equals' || source === 'body') return JSON.stringify(one)
  const text = typeof value === 'string' && scalarOf(value) !== value ? JSON.stringify(value) : String(value)
  return `${what} = ${text}`
}
