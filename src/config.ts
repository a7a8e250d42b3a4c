import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { type FieldError, messageOf } from './ground/errors.ts'
import type { Setting } from './ground/settings.ts'
import { invalidSettings, readSettings } from './ground/settings.ts'
import { ROLES, type Role } from './ground/vocabulary.ts'

/** Everything that can be set, validated. Frozen: nobody changes it after the start. */
export interface Config {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Absolute. */
  readonly dataDir: string
  /** null: the embedded Postgres in the data folder. */
  readonly databaseUrl: string | null
  /** null: made at the first start. */
  readonly adminToken: string | null
  readonly allowHttp: boolean
  /** CIDRs. */
  readonly allowNetworks: readonly string[]
  /** Certificates (PEM) that are trusted beside the machine's own authorities. */
  readonly extraCa: string | null
  /** 32 bytes as hex or base64; null: a file in the data folder. */
  readonly secretsKey: string | null
  /** `auto`: on a first start of the embedded Postgres. */
  readonly demo: boolean | 'auto'
  readonly logLevel: (typeof LOG_LEVELS)[number]
  readonly logFormat: 'text' | 'json' | 'auto'
  /** Without a slash at its end. */
  readonly publicUrl: string | null
  readonly retentionDays: number
  readonly auditRetentionDays: number
  /** Requests a second of one API key. */
  readonly rateLimitPerSecond: number
  readonly publicMetrics: boolean
  /** An endpoint whose every delivery failed for so many days is disabled. */
  readonly disableAfterDays: number
  /** Connections to the database for look-ups; the hot path has its own. */
  readonly poolSize: number
  /** Attempts in flight at once, of all endpoints together. */
  readonly maxConcurrency: number
  /** Where this node checks from; null: nobody says. */
  readonly region: string | null
  /** `host:port` that always answer: when none of them does, it is us who have no network. */
  readonly referenceHosts: readonly string[]
  /** A file that monitors, endpoints, silences and windows are kept by. Absolute; null: none. */
  readonly code: string | null
  /** Whether what that file does not name any more is deleted. */
  readonly codePrune: boolean
  /** Addresses and CIDRs of proxies in front. */
  readonly trustedProxies: readonly string[]
  /** The OpenID provider; null: no single sign-on. */
  readonly oidcIssuer: string | null
  readonly oidcClientId: string | null
  readonly oidcClientSecret: string | null
  /** In lower case; empty: any. */
  readonly oidcAllowedDomains: readonly string[]
  /** Of whoever signs in uninvited; null: they are turned away. */
  readonly oidcAutoRole: Role | null
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const MIN_TOKEN_LENGTH = 8

/** The table of settings. Environment variable and file key follow from the flag: `--data-dir`, `STATUSPULSE_DATA_DIR`, `data_dir`. */
export const SETTINGS: { readonly [K in keyof Config]: Setting<Config[K]> } = {
  port: {
    flag: 'port',
    value: 'number',
    schema: wholeNumber(0, 65_535),
    default: 8080,
    about: 'port of API and console; 0: any free one',
  },
  host: {
    flag: 'host',
    value: 'address',
    schema: text(
      /^[^\s/]+$/,
      'must be an address or a host name of this machine, such as 127.0.0.1 or 0.0.0.0',
    ),
    default: '127.0.0.1',
    about: 'address to listen on; 0.0.0.0: reachable from other machines',
  },
  dataDir: {
    flag: 'data-dir',
    value: 'folder',
    isPath: true,
    schema: text(/./, 'must name a folder'),
    default: './data',
    about: 'folder of the embedded Postgres and the secrets key',
  },
  databaseUrl: {
    flag: 'database-url',
    env: 'DATABASE_URL',
    value: 'url',
    isSecret: true,
    schema: databaseUrl(),
    default: null,
    about: 'any Postgres from 15 on, instead of the embedded one',
  },
  adminToken: {
    flag: 'admin-token',
    value: 'token',
    isSecret: true,
    schema: text(
      new RegExp(`^[\\x21-\\x7e]{${MIN_TOKEN_LENGTH},512}$`),
      `must be ${MIN_TOKEN_LENGTH} to 512 printable ASCII characters without spaces`,
    ),
    default: null,
    about: "the operator's API key; left out: made at the first start and printed once",
  },
  allowHttp: {
    flag: 'allow-http',
    schema: yesOrNo(),
    default: false,
    about: 'lets endpoints have plain http: URLs',
  },
  allowNetworks: {
    flag: 'allow-networks',
    alias: 'allow-network',
    value: 'cidr',
    schema: networks(),
    default: [],
    about:
      'networks whose private addresses endpoints may have, such as 10.0.0.0/8,127.0.0.0/8; may be repeated',
  },
  extraCa: {
    flag: 'extra-ca',
    value: 'file',
    isPath: true,
    schema: certificateFile(),
    default: null,
    about: "PEM file of certificates trusted beside the machine's authorities",
  },
  secretsKey: {
    flag: 'secrets-key',
    value: 'key',
    isSecret: true,
    schema: text(
      /^([0-9a-f]{64}|[A-Za-z0-9+/_-]{43}=?)$/i,
      'must be 32 bytes as 64 hex digits or as base64 (try: openssl rand -base64 32)',
    ),
    default: null,
    about: 'what endpoint secrets are encrypted with; left out: a file in the data folder',
  },
  demo: {
    flag: 'demo',
    schema: z.union([z.literal('auto'), yesOrNo()], { error: 'must be true, false or auto' }),
    default: 'auto',
    about:
      'something to see: a shop that fails and recovers, watched; auto: on a first start of the embedded Postgres in a terminal or by npm start',
  },
  logLevel: {
    flag: 'log-level',
    value: 'level',
    schema: oneOf(LOG_LEVELS),
    default: 'info',
    about: `least level that is logged: ${LOG_LEVELS.join(', ')}`,
  },
  logFormat: {
    flag: 'log-format',
    value: 'format',
    schema: oneOf(['text', 'json', 'auto']),
    default: 'auto',
    about: 'text, json, or auto: text in a terminal',
  },
  publicUrl: {
    flag: 'public-url',
    value: 'url',
    schema: publicUrl(),
    default: null,
    about: 'where people reach the console, for links in messages',
  },
  retentionDays: {
    flag: 'retention-days',
    value: 'days',
    schema: wholeNumber(1, 3_650),
    default: 30,
    about: 'how long events and attempts are kept',
  },
  auditRetentionDays: {
    flag: 'audit-retention-days',
    value: 'days',
    schema: wholeNumber(1, 3_650),
    default: 365,
    about: 'how long the audit log, who changed what, is kept',
  },
  rateLimitPerSecond: {
    flag: 'rate-limit',
    value: 'number',
    schema: wholeNumber(1, 1_000_000),
    default: 2_000,
    about: 'requests a second that one API key may make',
  },
  publicMetrics: {
    flag: 'public-metrics',
    schema: yesOrNo(),
    default: false,
    about: '/metrics answers without a key',
  },
  disableAfterDays: {
    flag: 'disable-after-days',
    value: 'days',
    schema: wholeNumber(1, 365),
    default: 5,
    about: 'an endpoint whose every delivery failed for so long is disabled',
  },
  poolSize: {
    flag: 'pool-size',
    value: 'number',
    schema: wholeNumber(1, 500),
    default: 8,
    about: 'database connections for look-ups',
  },
  maxConcurrency: {
    flag: 'max-concurrency',
    value: 'number',
    schema: wholeNumber(1, 10_000),
    default: 2_048,
    about: 'attempts in flight at once, of all endpoints together',
  },
  region: {
    flag: 'region',
    value: 'name',
    schema: text(/^\S{1,100}$/, 'must be 1 to 100 characters without spaces'),
    default: null,
    about: 'where this node checks from, as events say it',
  },
  referenceHosts: {
    flag: 'reference-hosts',
    alias: 'reference-host',
    value: 'host:port',
    schema: hosts(),
    default: [],
    about: 'hosts that always answer: when none of them does, no monitor is called down; may be repeated',
  },
  code: {
    flag: 'code',
    value: 'file',
    isPath: true,
    schema: z.string(),
    default: null,
    about: 'a statuspulse.yaml that is applied at the start, when it changes, and on SIGHUP',
  },
  codePrune: {
    flag: 'code-prune',
    schema: yesOrNo(),
    default: false,
    about: 'what that file does not name any more is deleted; what was made by hand never is',
  },
  trustedProxies: {
    flag: 'trusted-proxies',
    alias: 'trusted-proxy',
    value: 'cidr',
    schema: networks(),
    default: [],
    about:
      'networks of the proxies in front, whose X-Forwarded-For is believed, such as 127.0.0.1/32; may be repeated',
  },
  oidcIssuer: {
    flag: 'oidc-issuer',
    value: 'url',
    schema: z
      .string()
      .refine(
        value => /^https?:\/\//.test(value) && URL.canParse(value),
        'must be a URL such as https://login.example.com',
      ),
    default: null,
    about: 'the OpenID provider that people sign in by; left out: no single sign-on',
  },
  oidcClientId: {
    flag: 'oidc-client-id',
    value: 'id',
    schema: text(/^\S{1,500}$/, 'must be the client id that the provider gave'),
    default: null,
    about: 'what the provider knows StatusPulse as',
  },
  oidcClientSecret: {
    flag: 'oidc-client-secret',
    value: 'secret',
    isSecret: true,
    schema: text(/^\S{1,1000}$/, 'must be the client secret that the provider gave'),
    default: null,
    about: 'the secret that the provider gave with it',
  },
  oidcAllowedDomains: {
    flag: 'oidc-allowed-domains',
    alias: 'oidc-allowed-domain',
    value: 'domain',
    schema: domains(),
    default: [],
    about:
      'domains of e-mail addresses that may sign in by the provider, such as example.com; none: all; may be repeated',
  },
  oidcAutoRole: {
    flag: 'oidc-auto-role',
    value: 'role',
    schema: oneOf(ROLES),
    default: null,
    about: `what whoever signs in by the provider uninvited becomes in the first workspace: ${ROLES.join(', ')}; left out: they are turned away`,
  },
}

/**
 * Takes every setting from the first place that has it: flag, environment variable (or `…_FILE`, a
 * file that holds a secret), configuration file, default.
 * @param sources.flags by the names of {@link Config}
 * @param sources.file the `--config` flag; else `STATUSPULSE_CONFIG`, else `statuspulse.config.yaml` in `cwd` if it is there
 * @throws Problem `invalid-configuration` that names every setting at fault as it was given, without secret values
 */
export function loadConfig(sources: {
  flags?: Readonly<Partial<Record<keyof Config, unknown>>>
  env?: Readonly<Record<string, string | undefined>>
  cwd?: string
  file?: string | undefined
}): Config {
  const { flags = {}, env = process.env, cwd = process.cwd(), file } = sources
  const config = Object.freeze(readSettings(SETTINGS, { flags, env, cwd, file }))
  checkSingleSignOn(config)
  return config
}

/** Settings of single sign-on that only make sense together. */
function checkSingleSignOn(config: Config): void {
  const { oidcIssuer, oidcClientId, oidcClientSecret, oidcAutoRole, oidcAllowedDomains, allowHttp } = config
  const faults: FieldError[] = []
  if (oidcIssuer !== null && oidcClientId === null)
    faults.push({ path: '--oidc-client-id', message: 'is needed with --oidc-issuer' })
  if (oidcIssuer !== null && oidcClientSecret === null)
    faults.push({ path: 'STATUSPULSE_OIDC_CLIENT_SECRET', message: 'is needed with --oidc-issuer' })
  if (oidcIssuer?.startsWith('http:') && !allowHttp)
    faults.push({ path: '--oidc-issuer', message: 'must be an https: URL (or use --allow-http)' })
  // Else everybody with an account there, at a public provider everybody at all, would come in.
  if (oidcAutoRole !== null && oidcAllowedDomains.length === 0)
    faults.push({ path: '--oidc-allowed-domains', message: 'is needed with --oidc-auto-role' })
  if (faults.length > 0) throw invalidSettings(faults)
}

function text(pattern: RegExp, error: string) {
  return z.string({ error }).regex(pattern, error)
}

function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`
  return z.preprocess(
    value => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.int({ error }).min(least, error).max(most, error),
  )
}

function yesOrNo() {
  return z.union([z.boolean(), z.stringbool()], { error: 'must be true or false' })
}

function oneOf<const T extends readonly string[]>(words: T) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` })
}

function networks() {
  const error = 'must be networks in CIDR form, such as 10.0.0.0/8 or fd12::/16'
  const network = z.string({ error }).refine(cidr => ipaddr.isValidCIDR(cidr), {
    error: issue => `${issue.input} is not a network in CIDR form, such as 10.0.0.0/8 or fd12::/16`,
  })
  return z.preprocess(
    value => (Array.isArray(value) ? value : [value]).flatMap(splitList),
    z.array(network).readonly(),
  )
}

function hosts() {
  const error = 'must be host:port, such as 192.0.2.1:53 or [2001:db8::1]:53'
  const host = z.string({ error }).regex(/^(\[[\d.:a-f]+\]|[^\s:[\]]+):\d{1,5}$/i, error)
  return z.preprocess(
    value => (Array.isArray(value) ? value : [value]).flatMap(splitList),
    z.array(host).readonly(),
  )
}

function domains() {
  const domain = z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, 'must be domains, such as example.com')
    .toLowerCase()
  return z.preprocess(
    value => (Array.isArray(value) ? value : [value]).flatMap(splitList),
    z.array(domain).readonly(),
  )
}

function splitList(value: unknown): unknown[] {
  if (typeof value !== 'string') return [value]
  return value.split(/[\s,]+/).filter(part => part !== '')
}

function databaseUrl() {
  const error = 'must be a URL such as postgres://user:password@host:5432/database'
  return z.string({ error }).refine(value => /^postgres(ql)?:\/\//.test(value) && URL.canParse(value), error)
}

function publicUrl() {
  const error = 'must be a URL such as https://status.example.com'
  return z
    .string({ error })
    .refine(value => /^https?:\/\//.test(value) && URL.canParse(value), error)
    .transform(value => value.replace(/\/+$/, ''))
}

function certificateFile() {
  return z.string({ error: 'must name a PEM file' }).transform((file, context) => {
    try {
      const pem = readFileSync(file, 'utf8')
      new X509Certificate(pem)
      return pem
    } catch (error) {
      context.addIssue(`${file} holds no certificate that can be read (PEM): ${messageOf(error)}`)
      return z.NEVER
    }
  })
}
