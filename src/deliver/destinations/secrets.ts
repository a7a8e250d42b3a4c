import type { Endpoint, Exchange } from '../../ground/vocabulary.ts'
import { shownBrokerUrl } from '../../record/forward/url.ts'
import { destinationFor } from './index.ts'

/** What stands where a secret was. */
export const HIDDEN = '********'

/** A part of a URL as long as this is no common word: it is hidden wherever it shows up by itself. */
const TOKEN = 12
/** A shorter remainder of a URL could stand in any text. */
const SHORTEST = 5

type Settings = Pick<Endpoint, 'kind' | 'url' | 'options'>

/**
 * The endpoint's URL as anyone may see it: `https://hooks.slack.com/…` where it is a secret, `nats://***@host` where
 * it holds one.
 */
export function shownUrl({ kind, url }: Pick<Settings, 'kind' | 'url'>): string {
  const { urlIsSecret, urlHasCredentials } = destinationFor(kind)
  if (urlIsSecret) return `${new URL(url).origin}/…`
  return urlHasCredentials ? shownBrokerUrl(url) : url
}

/** The endpoint's options as anyone may see them. */
export function shownOptions({ kind, options }: Pick<Settings, 'kind' | 'options'>): Record<string, unknown> {
  const secret = destinationFor(kind).secretOptions ?? []
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, secret.includes(name) ? HIDDEN : value]),
  )
}

/** What an attempt showed, without the secrets that its answer may have repeated (error pages name the path). */
export function withoutSecrets(exchange: Exchange, endpoint: Settings): Exchange {
  const secrets = secretsOf(endpoint)
  if (secrets.length === 0) return exchange
  const hide = (text: string) => secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
  const { error, responseBody, responseHeaders } = exchange
  return {
    ...exchange,
    responseBody: hide(responseBody),
    responseHeaders: Object.fromEntries(
      Object.entries(responseHeaders).map(([name, value]) => [name, hide(value)]),
    ),
    error: error && { ...error, message: hide(error.message) },
  }
}

/** The longest first, so that none is hidden in part. */
function secretsOf({ kind, url, options }: Settings): string[] {
  const { urlIsSecret, urlHasCredentials, secretOptions = [] } = destinationFor(kind)
  const secrets = secretOptions.flatMap(name => (typeof options[name] === 'string' ? options[name] : []))
  if (urlIsSecret) secrets.push(...secretParts(new URL(url)))
  if (urlHasCredentials) secrets.push(...credentialsIn(new URL(url)))
  return secrets.toSorted((a, b) => b.length - a.length)
}

function secretParts({ pathname, search }: URL): string[] {
  const whole = [pathname + search, pathname].filter(text => text.length >= SHORTEST)
  const tokens = `${pathname}${search}`.split(/[/?&=]/).filter(text => text.length >= TOKEN)
  return [...whole, ...tokens].flatMap(text => [text, decoded(text)])
}

/** A user alone is a token of NATS. */
function credentialsIn({ username, password }: URL): string[] {
  return [password || username].filter(text => text.length >= SHORTEST).flatMap(text => [text, decoded(text)])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
