import type { Scope } from '../ground/vocabulary.ts'
import type { ApiKey } from '../store/api-keys.ts'
import { hashApiKey } from '../store/api-keys.ts'
import type { Catalog } from '../store/catalog.ts'

/** What a key must be allowed for an operation. `operator`: the whole installation's; `public`: no key is asked for. */
export type Access = Scope | 'operator' | 'public'

/** Who calls: a valid key, and with it the one workspace that everything is looked up in. */
export interface Caller {
  readonly keyId: string
  readonly workspaceId: string
  readonly scopes: readonly Scope[]
  readonly operator: boolean
  /** As the audit log names it. */
  readonly actor: { readonly kind: 'user' | 'key'; readonly id: string; readonly name: string }
}

const CREDENTIALS = /^(Bearer|Basic) +([\x21-\x7e]{1,1024}) *$/i

/**
 * The caller that an `Authorization` header names: by a bearer token (RFC 6750) or, for programs that know
 * nothing else, by the password of whatever user (RFC 7617). null: none, or not a valid key.
 */
export function identify(authorization: string | undefined, catalog: Catalog): Caller | null {
  const token = authorization === undefined ? null : keyIn(authorization)
  const key = token ? catalog.keyByHash(hashApiKey(token)) : undefined
  return key ? callerOf(key) : null
}

function keyIn(authorization: string): string | undefined {
  const [, scheme, credentials = ''] = CREDENTIALS.exec(authorization) ?? []
  if (scheme?.toLowerCase() !== 'basic') return credentials
  return /:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString())?.[1]
}

/** Whether the caller may. `admin` may everything in its workspace. */
export function allows(caller: Caller, access: Access): boolean {
  if (access === 'public') return true
  if (access === 'operator') return caller.operator
  return caller.scopes.includes(access) || caller.scopes.includes('admin')
}

const callers = new WeakMap<ApiKey, Caller>()

function callerOf(key: ApiKey): Caller {
  let caller = callers.get(key)
  if (!caller) {
    const actor = { kind: 'key', id: key.id, name: key.name } as const
    caller = {
      keyId: key.id,
      workspaceId: key.workspaceId,
      scopes: key.scopes,
      operator: key.operator,
      actor,
    }
    callers.set(key, caller)
  }
  return caller
}
