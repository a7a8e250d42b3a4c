import type { Monitor } from '../../../api/types.ts'
import { CHECKED, COMMON, FAILING } from './common-fields.ts'
import { LIST, lines, type MonitorField } from './field.ts'
import { EXPIRY, HTTP, TRUSTED } from './http-fields.ts'

const HOST: MonitorField = {
  path: 'spec.host',
  label: 'Host',
  input: 'text',
  placeholder: 'db.example.com',
  required: true,
}

const TLS: readonly MonitorField[] = [
  HOST,
  { path: 'spec.port', label: 'Port', input: 'number', initial: '443', required: true },
  {
    path: 'spec.min_days_left',
    label: 'Fails when the certificate has fewer days left',
    input: 'number',
    initial: '0',
  },
  { path: 'spec.verify', ...TRUSTED },
  { path: 'spec.expiry_warning_days', ...EXPIRY },
  {
    path: 'spec.server_name',
    label: 'Server name to ask for',
    input: 'text',
    hint: 'In the handshake (SNI). Empty: the host.',
    advanced: true,
    write: text => text || undefined,
  },
  {
    path: 'spec.names',
    label: 'Names that it must cover',
    input: 'text',
    hint: 'Separated by commas. Empty: the host.',
    advanced: true,
    ...LIST,
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
    path: 'spec.match',
    label: 'How they are compared',
    input: 'choice',
    options: [
      ['all', 'All of them must be there'],
      ['any', 'Any of them must be there'],
      ['exactly', 'Exactly these must be there'],
    ],
    initial: 'all',
    advanced: true,
  },
  {
    path: 'spec.server',
    label: 'Name server to ask',
    input: 'text',
    hint: 'Empty: this machine’s own.',
    advanced: true,
    write: text => text || undefined,
  },
  {
    path: 'spec.port',
    label: 'Its port',
    input: 'number',
    initial: '53',
    advanced: true,
    onlyIf: texts => texts['spec.server'] !== '',
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
  {
    path: 'slug',
    label: 'Slug of its ping URL',
    input: 'text',
    placeholder: 'nightly-backup',
    hint: 'a-z 0-9 _ -. Empty: made of the name.',
    advanced: true,
    write: text => text || undefined,
  },
]

/** What each kind watches, in a line, and its fields. */
export const KINDS: Readonly<
  Record<Monitor['kind'], { title: string; about: string; fields: readonly MonitorField[] }>
> = {
  http: {
    title: 'Page or API',
    about: 'Requests a URL and judges status, content and certificate.',
    fields: [...HTTP, ...CHECKED, ...FAILING, ...COMMON],
  },
  tcp: {
    title: 'Port',
    about: 'Connects to a host and port, and hangs up.',
    fields: [
      HOST,
      { path: 'spec.port', label: 'Port', input: 'number', placeholder: '5432', required: true },
      ...CHECKED,
      ...FAILING,
      ...COMMON,
    ],
  },
  tls: {
    title: 'Certificate',
    about: 'Makes a handshake and looks at the certificate: trust, names, days left.',
    fields: [...TLS, ...CHECKED, ...FAILING, ...COMMON],
  },
  dns: {
    title: 'DNS record',
    about: 'Asks for a record and compares it.',
    fields: [...DNS, ...CHECKED, ...FAILING, ...COMMON],
  },
  heartbeat: {
    title: 'Heartbeat',
    about: 'A job that pings us when it ran. Silence is trouble.',
    fields: [...HEARTBEAT, ...FAILING, ...COMMON],
  },
  metric: {
    title: 'Metric',
    about: 'Figures that you send; thresholds say which are bad.',
    fields: COMMON,
  },
  external: {
    title: 'Watched elsewhere',
    about: 'Its status comes with events and alerts of other systems.',
    fields: COMMON,
  },
}
