import type { Role } from '../../ground/vocabulary.ts'
import { takeInvitationsFor } from '../../store/account-links.ts'
import type { Database, Queryable } from '../../store/database.ts'
import { firstWorkspace } from '../../store/first-start.ts'
import { insertMember } from '../../store/members.ts'
import {
  findUserByEmail,
  findUserByIdentity,
  insertUser,
  linkIdentity,
  type User,
} from '../../store/users.ts'
import type { Identity } from './openid.ts'

/** Who may come in by single sign-on. */
export interface WelcomeRules {
  /** In lower case; empty: of any domain. */
  readonly allowedDomains: readonly string[]
  /** What somebody whom nobody invited becomes in the first workspace; null: nothing, they are turned away. */
  readonly autoRole: Role | null
}

/** Why somebody whom the provider knows is turned away. */
export type Unwelcome = 'no-email' | 'domain' | 'no-account'

/**
 * The user that an identity is. Once linked, the provider's `sub` alone decides. The first time, it is
 * linked by e-mail address, and only by one that the provider has verified: else whoever can write any address into
 * their profile there would take over that account. Open invitations for the address are accepted.
 */
export async function userOf(
  database: Database,
  identity: Identity,
  rules: WelcomeRules,
  now: number,
): Promise<User | Unwelcome> {
  const { issuer, subject, email, isEmailVerified } = identity
  const domain = email?.split('@').at(-1)
  if (
    rules.allowedDomains.length > 0 &&
    !(isEmailVerified && domain && rules.allowedDomains.includes(domain))
  )
    return email === null || !isEmailVerified ? 'no-email' : 'domain'
  const known = await findUserByIdentity(database, issuer, subject)
  if (known) return known
  if (email === null || !isEmailVerified) return 'no-email'
  return database.transaction(async tx => {
    const user = (await findUserByEmail(tx, email)) ?? (await newUser(tx, identity, email, rules, now))
    if (!user) return 'no-account'
    await linkIdentity(tx, user.id, issuer, subject)
    for (const { workspaceId, role } of await takeInvitationsFor(tx, email, now))
      await insertMember(tx, { workspaceId, userId: user.id, role }, now)
    return user
  })
}

async function newUser(
  tx: Queryable,
  identity: Identity,
  email: string,
  { autoRole }: WelcomeRules,
  now: number,
): Promise<User | null> {
  const { rowCount: invited } = await tx.query(
    `select 1 from account_links where kind = 'invitation' and email = $1 and expires_at > to_timestamp($2 / 1000.0)`,
    [email, now],
  )
  if (invited === 0 && autoRole === null) return null
  const name = identity.name ?? (email.split('@')[0] as string)
  const user = await insertUser(tx, { email, name, passwordHash: null, operator: false }, now)
  if (invited === 0 && autoRole !== null)
    await insertMember(tx, { workspaceId: await firstWorkspace(tx), userId: user.id, role: autoRole }, now)
  return user
}
