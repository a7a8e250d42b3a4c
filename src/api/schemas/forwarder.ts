import { z } from 'zod'
import { exchange, routingKey, subject, topic } from '../../record/forward/places.ts'
import { BROKERS, FORWARDER_STATES } from '../../store/forwarders.ts'
import { page, text, time } from './common.ts'
import { lag, queueParams } from './queue.ts'

export const forwarderParams = z.object({
  ...queueParams.shape,
  forwarder: text({ max: 64 }).meta({
    description: "The forwarder's id.",
    example: 'fwd_01jz8m4x5c00k3v9q2w7d1a0b3',
  }),
})

const url = (description: string) => text({ max: 2048 }).meta({ description, writeOnly: true })

const common = {
  enabled: z.boolean().default(true),
  from: z.enum(['start', 'now']).default('start').meta({
    description: 'Where it begins: with the first message that is kept, or the next to come.',
  }),
}

export const forwarderInput = z
  .discriminatedUnion('broker', [
    z
      .strictObject({
        broker: z.literal('nats'),
        url: url('`tls://user:password@host:4222`; a user alone is a token.'),
        subject,
        ...common,
      })
      .meta({ id: 'NatsForwarderInput' }),
    z
      .strictObject({
        broker: z.literal('rabbitmq'),
        url: url('`amqps://user:password@host:5671/vhost`'),
        exchange: exchange.default(''),
        routing_key: routingKey,
        ...common,
      })
      .meta({ id: 'RabbitmqForwarderInput' }),
    z
      .strictObject({
        broker: z.literal('kafka'),
        url: url(
          '`kafkas://user:password@host:9093?mechanism=SCRAM-SHA-512`; one broker of the cluster, or a name of several.',
        ),
        topic,
        ...common,
      })
      .meta({ id: 'KafkaForwarderInput' }),
  ])
  .meta({ id: 'ForwarderInput', description: 'Which broker, and where in it.' })

export const forwarderPatch = z
  .strictObject({
    url: url('Whole, credentials included.').optional(),
    subject: subject.optional(),
    exchange: exchange.optional(),
    routing_key: routingKey.optional(),
    topic: topic.optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'ForwarderPatch', description: 'What is left out stays. The broker cannot be changed.' })

export const forwarder = z
  .object({
    id: z.string(),
    broker: z.enum(BROKERS),
    url: z.string().meta({ description: 'Without user and password.' }),
    subject: z.string().nullable().meta({ description: 'With NATS.' }),
    exchange: z.string().nullable().meta({ description: 'With RabbitMQ.' }),
    routing_key: z.string().nullable().meta({ description: 'With RabbitMQ.' }),
    topic: z.string().nullable().meta({ description: 'With Kafka.' }),
    enabled: z.boolean(),
    state: z.enum([...FORWARDER_STATES, 'paused']).meta({
      description:
        '`starting`: no node has run it yet; `retrying`: it stands still, and is tried again for ever; `paused`: not enabled.',
    }),
    error: z.string().nullable().meta({ description: 'Why it is retrying.' }),
    state_at: time.meta({ description: 'When state or error last changed.' }),
    created_at: time,
    lag: lag.meta({ description: 'What the broker has not confirmed yet.' }),
  })
  .meta({ id: 'Forwarder', description: "Sends a queue's messages on to a broker, as CloudEvents." })

export const forwarderPage = page(forwarder, 'ForwarderPage')
