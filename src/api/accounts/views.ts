import type { AccountLink, Invitation } from '../../store/account-links.ts'
import type { Queryable } from '../../store/database.ts'
import type { Member } from '../../store/members.ts'
import { membershipsOf } from '../../store/members.ts'
import type { Session } from '../../store/sessions.ts'
import { findUser } from '../../store/users.ts'
import type { Caller } from '../caller.ts'
import { timeOf, timeOrNull } from '../schemas/common.ts'

/** The person who calls, as the API shows them; null: an API key calls. */
export async function showWho(database: Queryable, caller: Caller) {
  const { session } = caller
  if (!session) return null
  const [user, memberships] = await Promise.all([
    findUser(database, session.userId),
    membershipsOf(database, session.userId),
  ])
  const workspaces = memberships.map(({ workspaceId, workspaceName, role }) => ({
    id: workspaceId,
    name: workspaceName,
    role,
  }))
  const workspace = workspaces.find(({ id }) => id === caller.workspaceId)
  if (!user || !workspace) return null
  const { id, email, name, operator, passwordHash } = user
  return {
    user: { id, email, name, has_password: passwordHash !== null, operator },
    session_id: session.id,
    workspace,
    workspaces,
    scopes: [...caller.scopes],
  }
}

export function showSession(session: Session, currentId: string) {
  return {
    id: session.id,
    current: session.id === currentId,
    user_agent: session.userAgent,
    address: session.address,
    created_at: timeOf(session.createdAt),
    seen_at: timeOf(session.seenAt),
    expires_at: timeOf(session.expiresAt),
  }
}

export function showMember(member: Member) {
  return {
    user_id: member.userId,
    email: member.email,
    name: member.name,
    role: member.role,
    operator: member.operator,
    seen_at: timeOrNull(member.seenAt),
    created_at: timeOf(member.createdAt),
  }
}

export function showInvitation(invitation: Invitation) {
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    created_by: invitation.createdBy,
    created_at: timeOf(invitation.createdAt),
    expires_at: timeOf(invitation.expiresAt),
  }
}

/** What whoever has a link sees of it. */
export function showLink(link: AccountLink, workspace: string | null, hasAccount: boolean) {
  return {
    kind: link.kind,
    email: link.email,
    workspace,
    role: link.kind === 'invitation' ? link.role : null,
    has_account: hasAccount,
    expires_at: timeOf(link.expiresAt),
  }
}
