import { Problem } from '../../ground/errors.ts'
import type { Role, Scope } from '../../ground/vocabulary.ts'
import type { Queryable } from '../../store/database.ts'
import { hasOwner } from '../../store/members.ts'
import type { Caller } from '../caller.ts'

/**
 * What each role may, in the scopes that API keys have too. An owner may what an admin may, and alone
 * decides who else is an owner.
 */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  owner: ['ingest', 'read', 'respond', 'admin'],
  admin: ['ingest', 'read', 'respond', 'admin'],
  responder: ['read', 'respond'],
  viewer: ['read'],
}

/**
 * Whether the caller may make somebody an owner, or change one: owners and the operator. An admin may
 * while there is no owner, so that a workspace can get its first.
 */
async function mayManageOwners(database: Queryable, caller: Caller): Promise<boolean> {
  if (caller.operator || caller.session?.role === 'owner') return true
  return !(await hasOwner(database, caller.workspaceId))
}

/** @param roles that somebody has or is to get @throws Problem 403 when one of them is an owner's business */
export async function checkMayManage(
  database: Queryable,
  caller: Caller,
  roles: readonly (Role | undefined)[],
): Promise<void> {
  if (!roles.includes('owner') || (await mayManageOwners(database, caller))) return
  throw new Problem(
    403,
    'forbidden',
    'Forbidden',
    'Only an owner of the workspace may make, change or remove an owner.',
  )
}
