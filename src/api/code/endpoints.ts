import { isDeepStrictEqual } from 'node:util'
import { destinationFor } from '../../deliver/destinations/index.ts'
import { shownOptions, shownUrl } from '../../deliver/destinations/secrets.ts'
import { HIDDEN } from '../../detect/spec-secrets.ts'
import { newId } from '../../ground/ids.ts'
import {
  deleteEndpoint,
  type EndpointSettings,
  forgetFailures,
  insertEndpoint,
  listEndpoints,
  newSecret,
  type StoredEndpoint,
  updateEndpoint,
} from '../../store/endpoints.ts'
import { movesEvents, needsExamining, settingsOf } from '../endpoint-settings.ts'
import { codeEndpoint } from '../schemas/code.ts'
import { parse } from '../validation.ts'
import { showFilter } from '../views.ts'
import { reveal } from './hidden.ts'
import { type Entry, type Facts, isObject, type Json, type Section } from './section.ts'

const ALL = 1_000_000
/** A URL that only the server knows, while it is not there to ask. */
const STAND_IN_URL = 'https://hidden.invalid/'

/** Endpoints, known by their names. */
export const endpointSection: Section<StoredEndpoint, EndpointSettings> = {
  field: 'endpoints',
  thing: 'endpoint',

  async load({ tx, sealer, workspaceId }) {
    const rows = await listEndpoints(tx, sealer, workspaceId, '', ALL)
    return rows.map(stored => {
      const { id, name } = stored.endpoint
      return { ...factsOf(stored.endpoint), id, name, stored }
    })
  },

  want(entry, kept, { standIn }) {
    const before = kept?.stored.endpoint
    const headers = lowerCase(entry.headers)
    const url = reveal(entry.url, before?.url, standIn && STAND_IN_URL, 'url')
    const known = {
      ...entry,
      ...(url === undefined ? {} : { url }),
      ...(headers === undefined ? {} : { headers: reveal(headers, before?.headers, standIn, 'headers') }),
      options: reveal(entry.options ?? {}, before?.options, standIn, 'options'),
    }
    const settings = settingsOf(parse(codeEndpoint, known, 'body'))
    // One that was disabled for its failures is not switched on by a file that says nothing of it.
    const enabled = entry.enabled === undefined && before ? before.enabled : settings.enabled
    const input = { ...settings, enabled }
    return { ...factsOf(input), name: entry.name, input }
  },

  async insert({ tx, sealer, workspaceId, now, examined }, { input: settings }) {
    const id = newId('ep', now)
    const secret = settings.kind === 'webhook' ? newSecret() : null
    const tls = examined.get(targetKey(settings)) ?? null
    await insertEndpoint(tx, sealer, { id, workspaceId, settings, tls, secret }, now)
    return { id, secret, pingPath: null }
  },

  async update({ tx, sealer, workspaceId, now, examined }, { id, stored }, { input: settings }) {
    const { endpoint } = stored
    const tls = needsExamining(endpoint, settings) ? (examined.get(targetKey(settings)) ?? null) : stored.tls
    const changedAt = movesEvents(endpoint, settings) ? now : endpoint.changedAt
    await updateEndpoint(tx, sealer, { id, workspaceId, settings, tls, changedAt })
    if (settings.enabled && !endpoint.enabled) await forgetFailures(tx, id)
  },

  async remove({ tx, workspaceId }, { id }) {
    await deleteEndpoint(tx, workspaceId, id)
  },

  entryOf({ stored }) {
    const { endpoint } = stored
    if (endpoint.name === '') return 'it has no name'
    const { url, options, headers, filter, enabled, ...settings } = wordsOf(endpoint)
    const standard = wordsOf(settingsOf({ kind: endpoint.kind, url: endpoint.url, ...given(endpoint) }))
    const { urlIsMade, defaultUrl } = destinationFor(endpoint.kind)
    const isOwnUrl = !urlIsMade && endpoint.url !== defaultUrl?.(endpoint.options)
    const shown = shownOptions(endpoint)
    return {
      name: endpoint.name,
      ...(endpoint.kind === 'webhook' ? {} : { kind: endpoint.kind }),
      ...(isOwnUrl ? { url: shownUrl(endpoint) === url ? url : HIDDEN } : {}),
      ...(Object.keys(shown).length > 0 ? { options: shown } : {}),
      ...nonEmpty('filter', withoutEmpty(filter as Json)),
      ...nonEmpty('headers', hideAll(headers as Json)),
      ...Object.fromEntries(
        Object.entries(settings).filter(
          ([name, value]) => value !== null && !isDeepStrictEqual(value, standard[name]),
        ),
      ),
      ...(enabled || endpoint.disabledReason !== null ? {} : { enabled: false }),
    }
  },
}

/** What two endpoints have in common that need to be looked at only once. */
export function targetKey({ kind, url, options }: EndpointSettings): string {
  return JSON.stringify([kind, url, destinationFor(kind).transport === 'http' ? null : options])
}

/** What defaults depend on, and a URL that is made of the options left out. */
function given({ kind, options }: EndpointSettings): { options: Record<string, unknown>; url?: undefined } {
  return { options, ...(destinationFor(kind).urlIsMade ? { url: undefined } : {}) }
}

function factsOf(settings: EndpointSettings): Facts {
  const full = JSON.parse(JSON.stringify(wordsOf(settings))) as Json
  const shown = {
    ...full,
    url: shownUrl(settings),
    headers: hideAll(settings.headers),
    options: shownOptions(settings),
  }
  return { kind: settings.kind, full, shown }
}

/** Settings in the words of the API, but for kind and name. */
function wordsOf(settings: EndpointSettings): Json {
  return {
    url: settings.url,
    filter: showFilter(settings.filter),
    headers: settings.headers,
    options: settings.options,
    success_statuses: settings.successStatuses,
    timeout_ms: settings.timeoutMs,
    rate_per_second: settings.ratePerSecond,
    concurrency: settings.concurrency,
    order: settings.order,
    enabled: settings.enabled,
  }
}

function lowerCase(headers: unknown): unknown {
  if (!isObject(headers)) return headers
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function hideAll(headers: Json): Json {
  return Object.fromEntries(Object.keys(headers).map(name => [name, HIDDEN]))
}

function withoutEmpty(filter: Json): Json {
  return Object.fromEntries(
    Object.entries(filter).filter(([, list]) => !Array.isArray(list) || list.length > 0),
  )
}

function nonEmpty(name: string, value: Json): Partial<Entry> {
  return Object.keys(value).length > 0 ? { [name]: value } : {}
}
