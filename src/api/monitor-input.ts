import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { EgressPolicy } from '../deliver/egress/index.ts'
import { CHECKS, type CheckKind, isCheckKind } from '../detect/checks/index.ts'
import { type MonitorDescription, monitorSchema } from '../detect/monitor-settings.ts'
import { HIDDEN, mergePatch } from '../detect/spec-secrets.ts'
import { conflict, unacceptable } from '../ground/errors.ts'
import { MONITOR_KINDS, type MonitorKind } from '../ground/vocabulary.ts'
import { sqlState, UNIQUE_VIOLATION } from '../store/database.ts'
import type { Monitor, MonitorInput } from '../store/monitors.ts'
import { parse } from './validation.ts'

type Json = Record<string, unknown>

const TOKEN_BYTES = 16

/** A monitor as it is to be kept. */
export type DescribedMonitor = MonitorInput & { readonly kind: MonitorKind }

/**
 * A monitor as a request describes it: what was given is kept, not what it stands for today.
 * @throws Problem 422 that names every field at fault
 */
export function newMonitor(body: unknown, policy: EgressPolicy): DescribedMonitor {
  const { kind } = parse(z.looseObject({ kind: z.enum(MONITOR_KINDS).default('external') }), body, 'body')
  const given = { ...(body as Json), kind }
  const described = parse(monitorSchema(kind), given, 'body')
  const token = kind === 'heartbeat' ? { ping_token: randomBytes(TOKEN_BYTES).toString('base64url') } : {}
  return kept(given, described, policy, token)
}

/**
 * A monitor with a change put in (RFC 7396: null puts a default back). Name and kind do not change.
 * @throws Problem 422 that names every field at fault
 */
export function patchedMonitor(monitor: Monitor, patch: unknown, policy: EgressPolicy): DescribedMonitor {
  const change = parse(z.record(z.string(), z.unknown()), patch, 'body')
  const { name, kind, secrets, settings } = monitor
  for (const [field, value] of Object.entries({ name, kind }))
    if (change[field] !== undefined && change[field] !== value) throw unacceptable(field, 'does not change')
  const before = { ...settings, name, kind, ...(secrets.spec ? { spec: secrets.spec } : {}) }
  const given = mergePatch(before, change) as Json
  const described = parse(monitorSchema(kind), given, 'body')
  const token = secrets.ping_token === undefined ? {} : { ping_token: secrets.ping_token }
  return kept(given, described, policy, token)
}

/** Who has the name, or the slug, already. @throws Problem 409, or the error itself */
export function refuseTaken(error: unknown, { name, slug }: MonitorInput): never {
  if (sqlState(error) !== UNIQUE_VIOLATION) throw error
  const isSlug = (error as { constraint?: string }).constraint === 'monitors_slug'
  throw isSlug
    ? conflict(`There is a monitor with the slug "${slug}" already.`, 'slug')
    : conflict(`There is a monitor "${name}" already.`, 'name')
}

function kept(
  given: Json,
  described: MonitorDescription,
  policy: EgressPolicy,
  token: { ping_token?: string },
): DescribedMonitor {
  const { name, kind, spec, ...settings } = given
  refuseTarget(described.kind, described.spec, policy)
  return {
    name: described.name,
    kind: described.kind,
    slug: described.kind === 'heartbeat' ? (described.slug ?? slugOf(described.name)) : null,
    settings,
    secrets: { ...(spec === undefined ? {} : { spec: spec as Json }), ...token },
  }
}

function refuseTarget(kind: MonitorKind, spec: unknown, policy: EgressPolicy): void {
  if (JSON.stringify(spec ?? null).includes(`"${HIDDEN}"`))
    throw unacceptable('spec', `${HIDDEN} stands for a secret that is not known here: give the secret itself`)
  if (!isCheckKind(kind)) return
  const refusal = refusalOf(kind, spec, policy)
  if (refusal !== null)
    throw unacceptable(kind === 'http' ? 'spec.url' : kind === 'dns' ? 'spec' : 'spec.host', refusal)
}

function refusalOf<K extends CheckKind>(kind: K, spec: unknown, policy: EgressPolicy): string | null {
  return CHECKS[kind].refusalOf(spec as never, policy)
}

/** `Nightly backup (EU)` as `nightly-backup-eu`; null: nothing is left of it. */
export function slugOf(name: string): string | null {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 100)
  return slug === '' ? null : slug
}
