import type { z } from 'zod'
import { brokerNetwork } from '../deliver/broker-network.ts'
import { examineBroker } from '../deliver/brokers/examine.ts'
import { type Destination, destinationFor } from '../deliver/destinations/index.ts'
import { shownUrl } from '../deliver/destinations/secrets.ts'
import { type EgressPolicy, probeTls, type TlsReport } from '../deliver/egress/index.ts'
import { Mailer } from '../deliver/smtp/mailer.ts'
import type { FieldError, Problem } from '../ground/errors.ts'
import { checkGlob } from '../ground/glob.ts'
import type { Filter } from '../ground/vocabulary.ts'
import type { EndpointSettings } from '../store/endpoints.ts'
import type { endpointInput, endpointPatch, filterInput } from './schemas/endpoint.ts'
import { invalid, parse } from './validation.ts'

type Input = z.output<typeof endpointInput>
type Patch = z.output<typeof endpointPatch>

const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_CONCURRENCY = 16
/** A registration may wait this long for the handshake. */
const PROBE_TIMEOUT_MS = 5_000

/** Headers that are ours, or the connection's: an endpoint's own would break the contract. */
const RESERVED_HEADERS =
  /^(host|content-length|content-type|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|user-agent|retry-attempt|webhook-.*|x-statuspulse-.*|proxy-.*)$/i

/**
 * The settings of a new endpoint, defaults put in.
 * @throws Problem 422 that names every field at fault
 */
export function settingsOf(input: Input): EndpointSettings {
  const destination = destinationFor(input.kind)
  return checked(destination, {
    kind: input.kind,
    name: input.name ?? '',
    url: newUrl(destination, input.url, input.options ?? {}),
    filter: filterOf(input.filter),
    headers: lowerCase(input.headers ?? {}),
    successStatuses: input.success_statuses ?? destination.defaultSuccessStatuses,
    timeoutMs: input.timeout_ms ?? DEFAULT_TIMEOUT_MS,
    ratePerSecond: input.rate_per_second ?? destination.defaultRatePerSecond,
    concurrency: input.concurrency ?? DEFAULT_CONCURRENCY,
    order: input.order ?? destination.defaultOrder,
    enabled: input.enabled ?? true,
    options: input.options ?? {},
  })
}

/**
 * Settings with a patch put in (RFC 7396): null puts a default back.
 * @throws Problem 422 that names every field at fault
 */
export function patched(settings: EndpointSettings, patch: Patch): EndpointSettings {
  const destination = destinationFor(settings.kind)
  const options = merged(settings.options, patch.options)
  return checked(destination, {
    kind: settings.kind,
    name: given(patch.name, settings.name, ''),
    url: patchedUrl(destination, settings, patch.url, options),
    filter: patchedFilter(settings.filter, patch.filter),
    headers: merged(settings.headers, patch.headers && lowerCase(patch.headers)) as Record<string, string>,
    successStatuses: given(
      patch.success_statuses,
      settings.successStatuses,
      destination.defaultSuccessStatuses,
    ),
    timeoutMs: given(patch.timeout_ms, settings.timeoutMs, DEFAULT_TIMEOUT_MS),
    ratePerSecond: given(patch.rate_per_second, settings.ratePerSecond, destination.defaultRatePerSecond),
    concurrency: given(patch.concurrency, settings.concurrency, DEFAULT_CONCURRENCY),
    order: given(patch.order, settings.order, destination.defaultOrder),
    enabled: patch.enabled ?? settings.enabled,
    options,
  })
}

/** Whether the two differ in what is matched, or where it goes. */
export function movesEvents(before: EndpointSettings, after: EndpointSettings): boolean {
  return (
    before.url !== after.url ||
    before.enabled !== after.enabled ||
    JSON.stringify(before.filter) !== JSON.stringify(after.filter)
  )
}

/** A filter as the API takes it; what is left out means all. */
export function filterOf(input: z.output<typeof filterInput> | undefined): Filter {
  return {
    monitors: input?.monitors ?? [],
    excludeMonitors: input?.exclude_monitors ?? [],
    severities: input?.severities ?? [],
    eventTypes: input?.event_types ?? [],
    regions: input?.regions ?? [],
  }
}

/** @throws Problem 400 when one of the globs of a filter in a query is none */
export function checkFilter(filter: Filter): void {
  const errors = filterErrors(filter, '')
  if (errors.length > 0) throw invalid(errors, 'query')
}

/** Whether the two differ in what {@link examine} looks at. */
export function needsExamining(before: EndpointSettings, after: EndpointSettings): boolean {
  if (before.url !== after.url) return true
  const byOptions = destinationFor(after.kind).transport !== 'http'
  return byOptions && JSON.stringify(before.options) !== JSON.stringify(after.options)
}

/**
 * Looks at a target before anything is sent there: its URL, its address, its certificate; of a mail server and a broker,
 * whether it lets us in.
 * @returns the handshake's report; null for mail, brokers, and plain http, which only the operator can allow
 * @throws Problem 422, path `url` or that of the option at fault, with the reason
 */
export async function examine(
  { kind, url, options }: EndpointSettings,
  policy: EgressPolicy,
): Promise<TlsReport | null> {
  const destination = destinationFor(kind)
  if (destination.transport === 'http') return probeTls(url, policy, PROBE_TIMEOUT_MS)
  if (destination.transport === 'smtp')
    await new Mailer({ policy }).check(destination.serverOf(options), PROBE_TIMEOUT_MS)
  else await examineBroker(url, destination.placeOf(options), brokerNetwork(policy))
  return null
}

function checked(destination: Destination, settings: EndpointSettings): EndpointSettings {
  const errors = [...filterErrors(settings.filter, 'filter.'), ...headerErrors(settings.headers)]
  if (errors.length > 0) throw invalid(errors, 'body')
  const options = parse(destination.optionsSchema, settings.options, 'body', 'options')
  return { ...settings, options: options as Record<string, unknown> }
}

function defaultUrl({ label, defaultUrl }: Destination, options: Readonly<Record<string, unknown>>): string {
  if (!defaultUrl) throw invalid([{ path: 'url', message: `is needed for ${label}` }], 'body')
  return defaultUrl(options)
}

function newUrl(
  destination: Destination,
  url: string | undefined,
  options: Readonly<Record<string, unknown>>,
): string {
  if (url === undefined) return defaultUrl(destination, options)
  if (destination.urlIsMade) throw urlIsMade(destination)
  return url
}

function urlIsMade({ label }: Destination): Problem {
  return invalid([{ path: 'url', message: `of ${label} is made of the options: leave it out` }], 'body')
}

/** A URL that came of the options goes on doing so. */
function patchedUrl(
  destination: Destination,
  before: EndpointSettings,
  url: string | undefined,
  options: Readonly<Record<string, unknown>>,
): string {
  if (url !== undefined && url !== before.url && url === shownUrl(before))
    throw invalid(
      [{ path: 'url', message: 'is the shortened form that is shown; give the whole URL' }],
      'body',
    )
  if (url !== undefined && url !== before.url && destination.urlIsMade) throw urlIsMade(destination)
  const isOurs = destination.urlIsMade || before.url === destination.defaultUrl?.(before.options)
  return destination.urlIsMade
    ? defaultUrl(destination, options)
    : (url ?? (isOurs ? defaultUrl(destination, options) : before.url))
}

/** The globs of a filter that are none. @param prefix what their paths begin with: `filter.` */
export function filterErrors(filter: Filter, prefix: string): FieldError[] {
  const errorsOf = (globs: readonly string[], name: string) =>
    globs.flatMap((glob, index) => {
      const message = checkGlob(glob)
      return message === null ? [] : { path: `${prefix}${name}[${index}]`, message }
    })
  return [...errorsOf(filter.monitors, 'monitors'), ...errorsOf(filter.excludeMonitors, 'exclude_monitors')]
}

function headerErrors(headers: Readonly<Record<string, string>>): FieldError[] {
  return Object.keys(headers).flatMap(name =>
    RESERVED_HEADERS.test(name)
      ? { path: `headers.${name}`, message: 'is set by StatusPulse or by HTTP itself' }
      : [],
  )
}

function lowerCase<T>(headers: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** undefined: what it was; null: the default. */
function given<T>(change: T | null | undefined, before: T, standard: T): T {
  if (change === undefined) return before
  return change ?? standard
}

function merged(
  before: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, unknown> {
  if (change === null) return {}
  const after = { ...before, ...change }
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== null))
}

function patchedFilter(before: Filter, change: Patch['filter']): Filter {
  if (change === undefined) return before
  return {
    monitors: given(change?.monitors, change === null ? [] : before.monitors, []),
    excludeMonitors: given(change?.exclude_monitors, change === null ? [] : before.excludeMonitors, []),
    severities: given(change?.severities, change === null ? [] : before.severities, []),
    eventTypes: given(change?.event_types, change === null ? [] : before.eventTypes, []),
    regions: given(change?.regions, change === null ? [] : before.regions, []),
  }
}
