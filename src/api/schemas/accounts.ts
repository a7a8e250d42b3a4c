import { z } from 'zod'
import { ROLES, SCOPES } from '../../ground/vocabulary.ts'
import { page, text, time } from './common.ts'

const SHORTEST_PASSWORD = 12

export const role = z.enum(ROLES).meta({
  description:
    '`viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.',
})

/** As it is kept: without spaces around it, in lower case. */
export const email = text({ max: 254 })
  .trim()
  .regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address')
  .toLowerCase()
  .meta({ description: 'E-mail address; upper and lower case are the same.', examples: ['ana@example.com'] })

/** For one that is to be set; an old one is only compared. */
export const newPassword = z
  .string()
  .min(SHORTEST_PASSWORD)
  .max(1_024)
  .meta({ description: `At least ${SHORTEST_PASSWORD} characters, of any kind.`, format: 'password' })

export const password = z.string().min(1).max(1_024).meta({ format: 'password' })

const personName = text({ max: 200 }).trim().min(1).meta({ description: 'What others see.' })

export const linkToken = text({ max: 200 }).meta({ description: "What the link carries after its '#'." })

export const signInInput = z.strictObject({ email, password }).meta({ id: 'SignInInput' })

const workspaceOfUser = z.object({ id: z.string(), name: z.string(), role })

export const who = z
  .object({
    user: z.object({
      id: z.string(),
      email: z.string(),
      name: z.string(),
      has_password: z.boolean().meta({ description: 'If not, they sign in by single sign-on.' }),
      operator: z.boolean().meta({ description: 'May also what the operator’s key may.' }),
    }),
    session_id: z.string(),
    workspace: workspaceOfUser.meta({ description: 'The one that this session is in.' }),
    workspaces: z.array(workspaceOfUser).meta({ description: 'All that the user is a member of.' }),
    scopes: z.array(z.enum(SCOPES)),
  })
  .meta({ id: 'Who', description: 'Somebody who is signed in.' })

export const sessionState = z
  .object({
    who: who.nullable().meta({ description: 'null: nobody is signed in.' }),
    key: z
      .object({ scopes: z.array(z.enum(SCOPES)), operator: z.boolean() })
      .nullable()
      .meta({ description: 'What the API key of the request may. null: it carries none.' }),
    needs_set_up: z
      .boolean()
      .meta({ description: 'There is no user yet: `POST /v1/setup` makes the first.' }),
    single_sign_on: z
      .object({ name: z.string().meta({ description: "The provider's host." }), url: z.string() })
      .nullable()
      .meta({ description: 'Where single sign-on begins; null: it is not configured.' }),
  })
  .meta({ id: 'SessionState' })

export const signedOut = z
  .object({
    continue_at: z.string().nullable().meta({
      description: "Where the browser ends the provider's session too; null: there is none to end.",
    }),
  })
  .meta({ id: 'SignedOut' })

export const sessionMove = z
  .strictObject({
    workspace_id: text({ max: 64 }).meta({ description: 'One that the user is a member of.' }),
  })
  .meta({ id: 'SessionMove' })

export const session = z
  .object({
    id: z.string(),
    current: z.boolean().meta({ description: 'It is the one that asks.' }),
    user_agent: z.string(),
    address: z.string(),
    created_at: time,
    seen_at: time.meta({ description: 'Its last request, to the minute.' }),
    expires_at: time,
  })
  .meta({ id: 'Session' })

export const sessionList = z
  .object({ data: z.array(session), next_cursor: z.null() })
  .meta({ id: 'SessionList' })

export const setUpInput = z
  .strictObject({
    token: text({ max: 1_024 }).meta({ description: 'The admin token that the first start printed.' }),
    email,
    name: personName,
    password: newPassword,
  })
  .meta({ id: 'SetUpInput' })

export const userPatch = z.strictObject({ name: personName.optional() }).meta({ id: 'UserPatch' })

export const passwordInput = z
  .strictObject({ current_password: password, new_password: newPassword })
  .meta({ id: 'PasswordInput' })

export const member = z
  .object({
    user_id: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    operator: z.boolean(),
    seen_at: time.nullable().meta({ description: 'Their last request here, while a session is open.' }),
    created_at: time.meta({ description: 'Member since.' }),
  })
  .meta({ id: 'Member' })

export const memberPage = page(member, 'MemberPage')

export const memberPatch = z.strictObject({ role }).meta({ id: 'MemberPatch' })

export const operatorInput = z.strictObject({ email }).meta({ id: 'OperatorInput' })

export const operator = z
  .object({
    user_id: z.string(),
    email: z.string(),
    name: z.string(),
    created_at: time.meta({ description: 'When their account was made.' }),
  })
  .meta({ id: 'Operator', description: 'A user who may everything of the whole installation.' })

export const operatorPage = page(operator, 'OperatorPage')

export const invitationInput = z.strictObject({ email, role }).meta({ id: 'InvitationInput' })

export const invitation = z
  .object({
    id: z.string(),
    email: z.string(),
    role,
    created_by: z.string(),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'Invitation' })

export const invitationCreated = z
  .object({
    ...invitation.shape,
    link: z.string().meta({ description: 'For the invited person. Shown this once; works once.' }),
  })
  .meta({ id: 'InvitationCreated' })

export const invitationPage = page(invitation, 'InvitationPage')

export const resetInput = z.strictObject({ email }).meta({ id: 'PasswordResetInput' })

export const resetCreated = z
  .object({
    email: z.string(),
    expires_at: time,
    link: z.string().meta({ description: 'For that person. Shown this once; works once.' }),
  })
  .meta({ id: 'PasswordResetCreated' })

export const linkQuery = z.strictObject({ token: linkToken }).meta({ id: 'LinkToken' })

export const linkShown = z
  .object({
    kind: z.enum(['invitation', 'reset']),
    email: z.string(),
    workspace: z.string().nullable().meta({ description: 'Of an invitation: into which.' }),
    role: role.nullable(),
    has_account: z.boolean().meta({
      description: 'The address has an account: its password is asked for, not a new one.',
    }),
    expires_at: time,
  })
  .meta({ id: 'Link' })

export const linkInput = z
  .strictObject({
    token: linkToken,
    name: personName.optional().meta({ description: 'Of a new user.' }),
    password: password.optional().meta({
      description: 'The new one; where there is an account already, its own. Not asked of who is signed in.',
    }),
  })
  .meta({ id: 'LinkInput' })
