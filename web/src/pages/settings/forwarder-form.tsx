import { type FormEvent, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import {
  type Forwarder,
  type ForwarderInput,
  useCreateForwarder,
  useUpdateForwarder,
} from '../../api/settings.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Refusal } from './parts.tsx'

type Broker = Forwarder['broker']

const BROKERS = [
  ['nats', 'NATS JetStream'],
  ['rabbitmq', 'RabbitMQ'],
  ['kafka', 'Kafka'],
] as const

const FROM = [
  ['start', 'with the first message that is kept'],
  ['now', 'with the next to come'],
] as const

const URLS: Record<Broker, string> = {
  nats: 'tls://user:password@nats.example.com:4222',
  rabbitmq: 'amqps://user:password@rabbitmq.example.com:5671/vhost',
  kafka: 'kafkas://user:password@kafka.example.com:9093?mechanism=SCRAM-SHA-512',
}

/** What each broker is asked for: field, label, what it looks like. */
const PLACES: Record<Broker, readonly (readonly [name: PlaceName, label: string, like: string])[]> = {
  nats: [['subject', 'Subject', 'ops.attempts']],
  rabbitmq: [
    ['exchange', 'Exchange', ''],
    ['routing_key', 'Routing key', 'attempts'],
  ],
  kafka: [['topic', 'Topic', 'attempts']],
}
type PlaceName = 'subject' | 'exchange' | 'routing_key' | 'topic'

/** Makes a forwarder, or changes one: which broker, and where in it. It is tried out before it is kept. */
export function ForwarderForm({
  queue,
  forwarder,
  onDone,
}: {
  queue: string
  forwarder?: Forwarder
  onDone: () => void
}) {
  const create = useCreateForwarder(queue)
  const update = useUpdateForwarder(queue, forwarder?.id ?? '')
  const [broker, setBroker] = useState<Broker>(forwarder?.broker ?? 'nats')
  const [url, setUrl] = useState('')
  const [place, setPlace] = useState<Partial<Record<PlaceName, string>>>(() => placeOf(forwarder))
  const [from, setFrom] = useState<(typeof FROM)[number][0]>('start')
  const { error, isPending } = forwarder ? update : create
  const fields = error instanceof ProblemError ? error.fields : {}

  function submit(event: FormEvent) {
    event.preventDefault()
    const given = Object.fromEntries(PLACES[broker].map(([name]) => [name, place[name]?.trim() ?? '']))
    if (forwarder) update.mutate({ ...given, ...(url && { url: url.trim() }) }, { onSuccess: onDone })
    else create.mutate({ broker, url: url.trim(), from, ...given } as ForwarderInput, { onSuccess: onDone })
  }

  return (
    <form onSubmit={submit} className="space-y-4">
      {!forwarder && <SelectField label="Broker" value={broker} options={BROKERS} onChange={setBroker} />}
      <TextField
        label="URL"
        required={!forwarder}
        spellCheck={false}
        autoComplete="off"
        value={url}
        placeholder={forwarder ? 'as it is' : URLS[broker]}
        onChange={change => setUrl(change.target.value)}
        hint={
          forwarder
            ? 'Left empty, it stays. A new one is needed whole, password included.'
            : 'With user and password; it is kept encrypted, and never shown again.'
        }
        error={fields.url}
        className="font-mono"
      />
      {PLACES[broker].map(([name, label, like]) => (
        <TextField
          key={name}
          label={label}
          required={name !== 'exchange'}
          value={place[name] ?? ''}
          placeholder={like}
          onChange={change => setPlace({ ...place, [name]: change.target.value })}
          hint={name === 'exchange' ? 'Empty: the default one, and the routing key is a queue.' : undefined}
          error={fields[name]}
        />
      ))}
      {!forwarder && <SelectField label="Begins" value={from} options={FROM} onChange={setFrom} />}
      {Object.keys(fields).length === 0 && <Refusal error={error} />}
      <Button look="primary" type="submit" busy={isPending}>
        {isPending ? 'Trying it out…' : forwarder ? 'Try out and change' : 'Try out and forward'}
      </Button>
    </form>
  )
}

function placeOf(forwarder: Forwarder | undefined): Partial<Record<PlaceName, string>> {
  const { subject, exchange, routing_key, topic } = forwarder ?? {}
  return {
    subject: subject ?? '',
    exchange: exchange ?? '',
    routing_key: routing_key ?? '',
    topic: topic ?? '',
  }
}
