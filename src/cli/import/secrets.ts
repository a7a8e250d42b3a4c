import { REFUSED_HEADERS } from '../../detect/checks/http.ts'
import type { Template } from '../code/template.ts'
import { type Draft, joined, type Text } from './draft.ts'

/** Headers whose values cannot be secret. */
const HARMLESS =
  /^(?:accept|accept-language|cache-control|content-type|user-agent|origin|referer|pragma|x-requested-with)$/i
const SECRET_NAME = /pass|pwd|secret|token|key|auth|sig|credential|session/i
/** A part of a path that somebody must have been given: long, and of letters and digits. */
const RANDOM_PART = /(?=[^/?]*\d)(?=[^/?]*[A-Za-z])[A-Za-z0-9_-]{20,}/

/** Headers with their secrets as variables; those that cannot be set are noted. */
export function headersOf(
  draft: Draft,
  headers: Readonly<Record<string, Text>>,
  thing: string,
  owner: string,
): Record<string, Text> {
  const kept: Record<string, Text> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (REFUSED_HEADERS.test(name)) draft.note(thing, `header ${name}`, 'cannot be set')
    else if (typeof value !== 'string' || HARMLESS.test(name)) kept[name] = value
    else kept[name] = draft.secret(value, `${owner} ${name}`, `header ${name} of ${thing}`)
  }
  return kept
}

/** A body; one that seems to hold a secret is a variable as a whole. */
export function bodyOf(draft: Draft, body: Text, thing: string, owner: string): Text {
  return typeof body === 'string' && SECRET_NAME.test(body)
    ? draft.secret(body, `${owner} body`, `body of ${thing}`)
    : body
}

export interface ImportedUrl {
  readonly url: Text
  /** Stood in the URL. */
  readonly auth: { readonly type: 'basic'; readonly username: string; readonly password: Template } | null
}

/** A URL without user name and fragment; secrets of its query are variables. */
export function urlOf(draft: Draft, text: Text, thing: string, owner: string): ImportedUrl {
  if (typeof text !== 'string') return { url: text, auth: null }
  const [, scheme = '', user, rest = ''] = /^(\w+:\/\/)(?:([^/?#@]*)@)?([^#]*)/.exec(text) ?? [
    '',
    '',
    undefined,
    text,
  ]
  const [path = '', query] = splitOnce(rest, '?')
  const parts: Text[] = [scheme, path]
  for (const [index, pair] of (query?.split('&') ?? []).entries()) {
    const [name = '', value] = splitOnce(pair, '=')
    parts.push(index === 0 ? '?' : '&')
    if (value && SECRET_NAME.test(name))
      parts.push(`${name}=`, draft.secret(value, `${owner} ${name}`, `${name} in the URL of ${thing}`))
    else parts.push(pair)
  }
  return { url: joined(...parts), auth: user === undefined ? null : basic(draft, user, thing, owner) }
}

/** Where a webhook goes: a URL that is a secret in itself is a variable as a whole. */
export function webhookUrlOf(draft: Draft, text: Text, thing: string, owner: string): Text {
  if (typeof text !== 'string') return text
  const isSecret =
    RANDOM_PART.test(text.replace(/^\w+:\/\/[^/]*/, '')) || /\/\/[^/]*@/.test(text) || hasSecretQuery(text)
  return isSecret ? draft.secret(text, `${owner} url`, `URL of ${thing}`) : text
}

function hasSecretQuery(text: string): boolean {
  return URL.canParse(text) && [...new URL(text).searchParams.keys()].some(name => SECRET_NAME.test(name))
}

function basic(draft: Draft, user: string, thing: string, owner: string): ImportedUrl['auth'] {
  const [username = '', password = ''] = splitOnce(user, ':')
  const secret = draft.secret(decoded(password), `${owner} password`, `password in the URL of ${thing}`)
  return { type: 'basic', username: decoded(username), password: secret }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}
