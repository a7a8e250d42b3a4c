import type { Role, Scope } from '../ground/vocabulary.ts'
import type { ApiKey } from '../store/api-keys.ts'
import { hashApiKey } from '../store/api-keys.ts'
import type { Catalog } from '../store/catalog.ts'

/**
 * What a caller must be allowed for an operation. `operator`: the whole installation's; `user`: it is about the
 * person who is signed in, whatever their role; `public`: nobody is asked who they are.
 */
export type Access = Scope | 'operator' | 'user' | 'public'

/** Who did it, for whoever reads it later. */
export interface Actor {
  readonly kind: 'user' | 'key'
  readonly id: string
  readonly name: string
}

/** The session that a user calls with. */
export interface CallerSession {
  readonly id: string
  readonly userId: string
  readonly email: string
  readonly role: Role
}

/** Who calls: a valid key or a user's session, and with it the one workspace that everything is looked up in. */
export interface Caller {
  readonly actor: Actor
  readonly workspaceId: string
  readonly scopes: readonly Scope[]
  readonly operator: boolean
  /** null: an API key calls. */
  readonly session: CallerSession | null
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
  if (access === 'user') return caller.session !== null
  return caller.scopes.includes(access) || caller.scopes.includes('admin')
}

/** How a caller signs what is written down as somebody's: a user by name, a key by its id. */
export function signatureOf({ actor }: Caller): string {
  return actor.kind === 'user' ? actor.name : `API key ${actor.id}`
}

const callers = new WeakMap<ApiKey, Caller>()

function callerOf(key: ApiKey): Caller {
  let caller = callers.get(key)
  if (!caller) {
    caller = {
      actor: { kind: 'key', id: key.id, name: key.name },
      workspaceId: key.workspaceId,
      scopes: key.scopes,
      operator: key.operator,
      session: null,
    }
    callers.set(key, caller)
  }
  return caller
}
