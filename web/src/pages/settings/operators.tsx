import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { operatorsQuery, useEndOperator, useMakeOperator } from '../../api/accounts.ts'
import { useStanding } from '../../api/session.ts'
import type { Operator } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { TextField } from '../../ui/field.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Refusal, Sure } from './parts.tsx'

/** Who may everything of the whole installation; shown to them alone. */
export function OperatorsCard() {
  const { data: operators, error, refetch } = useQuery(operatorsQuery)
  return (
    <Card
      title="Operators"
      about="They look after the whole installation: all workspaces, nodes, and who is an operator. What they are in a workspace is another matter."
    >
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : !operators ? (
        <Skeleton rows={1} />
      ) : (
        <ul aria-label="Operators" className="divide-y divide-line">
          {operators.map(operator => (
            <OperatorRow key={operator.user_id} operator={operator} isLast={operators.length === 1} />
          ))}
        </ul>
      )}
      {operators?.length === 0 && (
        <p className="text-sm text-muted">Nobody yet: only the operator’s API key opens all of it.</p>
      )}
      <MakeOperator />
    </Card>
  )
}

function OperatorRow({ operator, isLast }: { operator: Operator; isLast: boolean }) {
  const end = useEndOperator()
  const standing = useStanding()
  const { user_id, name, email } = operator
  const isMe = standing.kind === 'user' && standing.who.user.id === user_id
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
      <div className="min-w-0">
        <p className="text-sm font-medium break-words">
          {name}
          {isMe && <span className="ml-2 font-normal text-muted">you</span>}
        </p>
        <p className="text-xs break-words text-muted">{email}</p>
      </div>
      {isLast ? (
        <p className="text-xs text-muted">the last one stays</p>
      ) : (
        <Sure
          label="Remove"
          title={isMe ? 'Be an operator no more?' : `Make ${name} an operator no more?`}
          deed="Remove"
          keep="Keep"
          busy={end.isPending}
          error={end.error}
          onDo={close => end.mutate(user_id, { onSuccess: close })}
        >
          {isMe ? 'You stay' : 'They stay'} what {isMe ? 'you' : 'they'} are in each workspace. Another
          operator can undo this.
        </Sure>
      )}
    </li>
  )
}

function MakeOperator() {
  const make = useMakeOperator()
  const [email, setEmail] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate(email.trim(), { onSuccess: () => setEmail('') })
  }
  return (
    <form onSubmit={submit} className="mt-3 space-y-3 border-t border-line pt-4">
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-60 sm:max-w-sm">
          <TextField
            label="Somebody who has an account, by e-mail"
            type="email"
            required
            maxLength={254}
            value={email}
            onChange={change => setEmail(change.target.value)}
          />
        </div>
        <Button type="submit" busy={make.isPending}>
          Make them an operator
        </Button>
      </div>
      <Refusal error={make.error} />
    </form>
  )
}
