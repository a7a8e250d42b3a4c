import { z } from 'zod'
import { page, text, time } from './common.ts'
import { attempt } from './delivery.ts'
import { filter, filterInput } from './endpoint.ts'
import { OUTCOMES } from './stream.ts'

const NAME = /^[A-Za-z0-9_.-]{1,100}$/

/** The name of a queue or a consumer. */
export const queueName = z.string().regex(NAME, 'must be 1 to 100 of A-Z a-z 0-9 _ . -')

export const queueParams = z.object({
  name: text({ max: 100 }).meta({ description: "The queue's name.", example: 'ops-integrations' }),
})

export const consumerParams = z.object({
  ...queueParams.shape,
  consumer: text({ max: 100 }).meta({ description: "The consumer's name.", example: 'ticketing' }),
})

const outcome = z.enum(OUTCOMES)

export const queueInput = z
  .strictObject({
    name: queueName,
    filter: z
      .strictObject({
        ...filterInput.shape,
        endpoint_ids: z
          .array(text({ max: 64 }))
          .max(500)
          .optional(),
        outcomes: z.array(outcome).max(OUTCOMES.length).optional(),
      })
      .optional()
      .meta({
        id: 'QueueFilterInput',
        description: 'Which attempts the queue holds. What is left out or empty means all.',
      }),
  })
  .meta({ id: 'QueueInput' })

const queueFilter = z
  .object({ ...filter.shape, endpoint_ids: z.array(z.string()), outcomes: z.array(outcome) })
  .meta({ id: 'QueueFilter', description: 'Which attempts the queue holds. An empty list means all.' })

export const queue = z
  .object({
    name: z.string(),
    filter: queueFilter,
    created_at: time.meta({ description: 'Attempts that were recorded before are not in it.' }),
  })
  .meta({ id: 'Queue', description: 'A durable, ordered feed of attempt records.' })

export const queuePage = page(queue, 'QueuePage')

/** How far behind a place is. */
export const lag = z.object({
  messages: z.int().meta({ description: 'Messages that are not acknowledged.' }),
  is_capped: z.boolean().meta({ description: 'There are more: only so many attempts are looked at.' }),
  oldest_at: time.nullable().meta({ description: 'When the first of them was attempted.' }),
  age_seconds: z.number().meta({ description: 'How long ago that was; 0: there is none.' }),
})

const consumer = z
  .object({
    name: z.string(),
    cursor: z.string().meta({ description: 'Everything up to it is acknowledged.' }),
    updated_at: time.meta({ description: 'When it last moved.' }),
    lag,
  })
  .meta({ id: 'QueueConsumer' })

export const queueDetail = z
  .object({ ...queue.shape, consumers: z.array(consumer) })
  .meta({ id: 'QueueDetail' })

export const messagesQuery = z.strictObject({
  consumer: queueName.meta({ description: 'Who reads. Made at its first use.' }),
  wait: z.number().min(0).max(30).default(0).meta({
    description: 'Seconds to wait for the first message when there is none.',
  }),
  limit: z.int().min(1).max(500).default(100).meta({ description: 'Messages in one answer.' }),
  from: z.enum(['start', 'now']).default('start').meta({
    description: 'Where a new consumer begins: with the first message that is kept, or the next to come.',
  }),
})

export const messages = z
  .object({
    data: z.array(
      z
        .object({
          ...attempt.shape,
          cursor: z.string().meta({ description: 'Acknowledges this message and all before it.' }),
        })
        .meta({ id: 'QueueMessage', description: 'The record of one attempt.' }),
    ),
    cursor: z.string().meta({ description: 'Acknowledges all of `data`.' }),
    gap: z.boolean().meta({
      description: 'Retention may have dropped messages that this consumer had not acknowledged.',
    }),
  })
  .meta({ id: 'QueueMessages' })

export const ackInput = z
  .strictObject({
    consumer: queueName,
    cursor: z.string().min(1).max(500).meta({ description: 'Of a message, or of a whole answer.' }),
  })
  .meta({ id: 'QueueAck' })

export const acked = z
  .object({
    consumer: z.string(),
    cursor: z.string().meta({ description: 'Where the consumer stands: there, or further.' }),
  })
  .meta({ id: 'QueueAcked' })
