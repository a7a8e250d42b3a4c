/** What stands where a secret was; given back in a change, the secret stays. */
export const HIDDEN = '********'

type Json = Readonly<Record<string, unknown>>

/** A spec as anyone may see it: without the values of headers, without passwords and tokens. */
export function shownSpec(spec: unknown): Record<string, unknown> | null {
  if (!isObject(spec)) return null
  const { headers, auth, ...rest } = spec
  return {
    ...rest,
    ...(isObject(headers)
      ? { headers: Object.fromEntries(Object.keys(headers).map(name => [name, HIDDEN])) }
      : {}),
    ...(isObject(auth) ? { auth: hideAuth(auth) } : {}),
  }
}

function hideAuth(auth: Json): Json {
  return Object.fromEntries(
    Object.entries(auth).map(([name, value]) => [
      name,
      name === 'password' || name === 'token' ? HIDDEN : value,
    ]),
  )
}

/** JSON Merge Patch (RFC 7396), in which {@link HIDDEN} leaves a value as it was. */
export function mergePatch(before: unknown, patch: unknown): unknown {
  if (patch === HIDDEN) return before
  if (!isObject(patch)) return patch
  const after: Record<string, unknown> = isObject(before) ? { ...before } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete after[name]
    else after[name] = mergePatch(after[name], value)
  }
  return after
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
