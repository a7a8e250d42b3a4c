import { Send } from 'lucide-react'
import { useState } from 'react'
import { useTestSend } from '../../api/actions.ts'
import { ProblemError } from '../../api/client.ts'
import { type Endpoint, EVENT_TYPES, type EventType } from '../../api/types.ts'
import { AttemptView } from '../../parts/attempt-view.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Field, inputClass, SelectField } from '../../ui/field.tsx'
import { PayloadHelp } from './payload-help.tsx'
import { sampleEvent, testInputOf } from './sample-event.ts'

/** Sends one event to the endpoint now, and shows all that came of it. */
export function SimulateCard({ endpoint }: { endpoint: Endpoint }) {
  const [type, setType] = useState<EventType>('incident.opened')
  const [text, setText] = useState(() => sampleEvent('incident.opened', Date.now()))
  const send = useTestSend(endpoint.id)
  const parsed = testInputOf(text)
  const problem = 'problem' in parsed ? parsed.problem : problemIn(send.error)

  return (
    <Card
      id="simulate"
      title="Simulate & validate"
      about="Sends one event here at once, whatever the conditions say and even while it is switched off. It is marked as a dry run everywhere, and not retried."
    >
      <div className="grid gap-6 xl:grid-cols-2">
        <div className="min-w-0 space-y-4">
          <SelectField
            label="Event"
            value={type}
            options={EVENT_TYPES.map(one => [one, one] as const)}
            onChange={chosen => {
              setType(chosen)
              setText(sampleEvent(chosen, Date.now()))
            }}
          />
          <Field
            label="Payload"
            hint={
              'input' in parsed && 'body' in parsed.input
                ? 'Not an event: it is sent as it stands, as the whole body.'
                : 'The event_id is made when it is sent.'
            }
            error={problem}
          >
            {described => (
              <textarea
                {...described}
                rows={17}
                spellCheck={false}
                value={text}
                onChange={change => {
                  setText(change.target.value)
                  send.reset()
                }}
                className={`${inputClass} font-mono text-xs leading-relaxed`}
              />
            )}
          </Field>
          <PayloadHelp />
          <Button
            look="primary"
            busy={send.isPending}
            disabled={'problem' in parsed}
            onClick={() => 'input' in parsed && send.mutate(parsed.input)}
          >
            <Send aria-hidden="true" className="size-4" />
            {send.isPending ? 'Sending…' : 'Send dry run'}
          </Button>
        </div>
        <section
          aria-label="Result of the dry run"
          aria-live="polite"
          className="min-w-0 rounded-xl bg-sunken p-5"
        >
          {send.data ? (
            <AttemptView attempt={send.data} />
          ) : (
            <p className="text-sm text-muted">
              What was sent and what came back is shown here: the answer’s code, headers and body, and where
              the time went.
            </p>
          )}
        </section>
      </div>
    </Card>
  )
}

function problemIn(error: Error | null): string | undefined {
  if (!error) return undefined
  const fields = error instanceof ProblemError ? Object.entries(error.fields) : []
  return fields.map(([path, message]) => `${path}: ${message}`).join('; ') || error.message
}
