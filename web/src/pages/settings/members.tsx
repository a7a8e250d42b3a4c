import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import {
  invitationsQuery,
  membersQuery,
  useChangeRole,
  useMakeReset,
  useRemoveMember,
  useTakeBack,
} from '../../api/accounts.ts'
import { useStanding } from '../../api/session.ts'
import { type Invitation, type Member, ROLES, type Role } from '../../api/types.ts'
import { FormError } from '../../layout/front-door.tsx'
import { IfMay } from '../../parts/may.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { inputClass } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { InviteForm, OnceLink } from './invite-form.tsx'
import { OperatorsCard } from './operators.tsx'

/** Who is a member of this workspace, and as what. */
export function MembersPage() {
  return (
    <Page title="Members" about="Who belongs to this workspace, and what each may.">
      <Members />
    </Page>
  )
}

function Members() {
  const [isInviting, setInviting] = useState(false)
  const { data: members, error, refetch } = useQuery(membersQuery)
  if (error) return <Failure error={error} retry={refetch} />
  return (
    <div className="grid gap-6">
      <Card
        title="Members"
        about="A viewer looks at everything. A responder also acts on incidents, silences and replays. An admin may everything; an owner also says who owns."
        action={
          <Button look="primary" onClick={() => setInviting(true)}>
            <UserPlus aria-hidden="true" className="size-4" />
            Invite somebody
          </Button>
        }
      >
        {!members && <Skeleton rows={3} />}
        {members?.length === 0 && (
          <p className="text-sm text-muted">Nobody yet: only API keys open this workspace.</p>
        )}
        <ul aria-label="Members" className="divide-y divide-line">
          {members?.map(member => (
            <MemberRow key={member.user_id} member={member} />
          ))}
        </ul>
      </Card>
      <InvitationsCard />
      <IfMay need="operator">
        <OperatorsCard />
      </IfMay>
      <Dialog title="Invite somebody" isOpen={isInviting} onClose={() => setInviting(false)}>
        <InviteForm onDone={() => setInviting(false)} />
      </Dialog>
    </div>
  )
}

function MemberRow({ member }: { member: Member }) {
  const changeRole = useChangeRole()
  const remove = useRemoveMember()
  const reset = useMakeReset()
  const [isLeaving, setLeaving] = useState(false)
  const standing = useStanding()
  const isMe = standing.kind === 'user' && standing.who.user.id === member.user_id
  return (
    <li className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <p className="text-sm font-medium break-words">
            {member.name}
            {isMe && <span className="ml-2 font-normal text-muted">you</span>}
          </p>
          <p className="text-xs break-words text-muted">
            {member.email}
            {member.seen_at && (
              <>
                , last here <Time at={member.seen_at} />
              </>
            )}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <div className="w-36">
            <select
              aria-label={`Role of ${member.name}`}
              value={member.role}
              disabled={changeRole.isPending}
              onChange={change =>
                changeRole.mutate({ id: member.user_id, role: change.target.value as Role })
              }
              className={inputClass}
            >
              {ROLES.map(role => (
                <option key={role}>{role}</option>
              ))}
            </select>
          </div>
          {!isMe && (
            <>
              <Button
                aria-label={`Password link for ${member.name}`}
                busy={reset.isPending}
                onClick={() => reset.mutate(member.email)}
              >
                Password link
              </Button>
              <Button look="danger" aria-label={`Remove ${member.name}`} onClick={() => setLeaving(true)}>
                Remove
              </Button>
            </>
          )}
        </div>
      </div>
      <FormError error={changeRole.error ?? remove.error ?? reset.error} fields={[]} />
      {reset.data && (
        <OnceLink link={reset.data.link} onDone={() => reset.reset()}>
          {member.name} sets another password by this link. It works once, until tomorrow, and is shown this
          once.
        </OnceLink>
      )}
      <Dialog title={`Remove ${member.name}?`} isOpen={isLeaving} onClose={() => setLeaving(false)}>
        <p className="text-sm text-muted">
          They are signed out at once. API keys that they know go on working: revoke those.
        </p>
        <div className="mt-5 flex gap-2">
          <Button
            look="danger"
            busy={remove.isPending}
            onClick={() => remove.mutate(member.user_id, { onSettled: () => setLeaving(false) })}
          >
            Remove
          </Button>
          <Button onClick={() => setLeaving(false)}>Keep</Button>
        </div>
      </Dialog>
    </li>
  )
}

function InvitationsCard() {
  const { data: invitations = [] } = useQuery(invitationsQuery)
  if (invitations.length === 0) return null
  return (
    <Card title="Open invitations">
      <ul aria-label="Open invitations" className="divide-y divide-line">
        {invitations.map(invitation => (
          <InvitationRow key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </Card>
  )
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const takeBack = useTakeBack()
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
      <div className="min-w-0">
        <p className="text-sm font-medium break-words">{invitation.email}</p>
        <p className="text-xs text-muted">
          {invitation.role}, invited by {invitation.created_by} <Time at={invitation.created_at} />
        </p>
        <FormError error={takeBack.error} fields={[]} />
      </div>
      <Button
        aria-label={`Take back the invitation of ${invitation.email}`}
        busy={takeBack.isPending}
        onClick={() => takeBack.mutate(invitation.id)}
      >
        Take back
      </Button>
    </li>
  )
}
