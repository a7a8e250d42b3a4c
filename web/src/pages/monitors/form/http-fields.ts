import { readAssertion, showAssertion } from './assertions.ts'
import { HIDDEN, LIST, lines, type MonitorField, named, type Texts, YES_NO } from './field.ts'

/** Of every kind that sees a certificate. */
export const EXPIRY: Pick<MonitorField, 'label' | 'input' | 'hint' | 'initial' | 'advanced'> = {
  label: 'Warn so many days before the certificate expires',
  input: 'number',
  hint: 'A warning does not open an incident.',
  initial: '14',
  advanced: true,
}

/** The same. */
export const TRUSTED: Omit<MonitorField, 'path'> = {
  ...YES_NO,
  label: 'The certificate must be trusted',
  advanced: true,
}

const has = (type: string) => (texts: Texts) => texts['spec.auth'] === type

/** How the request signs in. A secret left empty stays what it is; a change of kind takes the other kind's away. */
const AUTH: readonly MonitorField[] = [
  {
    path: 'spec.auth',
    label: 'Sign in',
    input: 'choice',
    options: [
      ['', 'Not at all'],
      ['basic', 'With a user name and a password'],
      ['bearer', 'With a bearer token'],
    ],
    advanced: true,
    parts: ['spec.auth.username', 'spec.auth.password', 'spec.auth.token'],
    read: shown => String((shown as { type?: unknown }).type),
    write: (type, { texts, before }) => {
      const secret = (name: string) =>
        texts[`spec.auth.${name}`] || (before['spec.auth'] === type ? HIDDEN : '')
      if (type === 'basic')
        return {
          type,
          username: texts['spec.auth.username'] ?? '',
          password: secret('password'),
          token: null,
        }
      return type === 'bearer' ? { type, token: secret('token'), username: null, password: null } : undefined
    },
  },
  {
    path: 'spec.auth.username',
    label: 'User name',
    input: 'text',
    advanced: true,
    onlyIf: has('basic'),
    write: false,
  },
  {
    path: 'spec.auth.password',
    label: 'Password',
    input: 'secret',
    hint: 'Not shown again; empty leaves it as it is.',
    advanced: true,
    onlyIf: has('basic'),
    read: null,
    write: false,
  },
  {
    path: 'spec.auth.token',
    label: 'Bearer token',
    input: 'secret',
    hint: 'Not shown again; empty leaves it as it is.',
    advanced: true,
    onlyIf: has('bearer'),
    read: null,
    write: false,
  },
]

/** A URL that is requested. */
export const HTTP: readonly MonitorField[] = [
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
    ...named('spec.headers', ':'),
    label: 'Headers',
    placeholder: 'Accept: application/json',
    hint: `One in a line. Values are not shown again: ${HIDDEN} leaves one as it is.`,
    advanced: true,
  },
  {
    path: 'spec.body',
    label: 'Body',
    input: 'lines',
    advanced: true,
    onlyIf: texts => texts['spec.method'] !== 'GET' && texts['spec.method'] !== 'HEAD',
    write: text => (text === '' ? undefined : text),
  },
  ...AUTH,
  {
    path: 'spec.expected_statuses',
    label: 'Statuses that are fine',
    input: 'text',
    initial: '2xx',
    hint: 'Such as 200, 2xx or 200-204, separated by commas.',
    advanced: true,
    ...LIST,
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
  { path: 'spec.tls.verify', ...TRUSTED },
  { path: 'spec.tls.expiry_warning_days', ...EXPIRY },
]
