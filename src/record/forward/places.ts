import { z } from 'zod'

/** Where in a broker something goes, as it is given. */

export const subject = z
  .string()
  .max(255)
  .regex(/^[^\s.*>]+(\.[^\s.*>]+)*$/, 'must be a NATS subject without wildcards, such as ops.attempts')
  .meta({ description: 'A JetStream stream must take it.' })

const shortText = z
  .string()
  .regex(/^[\u0020-\u007e]{0,255}$/, 'must be at most 255 printable ASCII characters')

export const topic = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,249}$/, 'must be a Kafka topic: 1 to 249 of A-Z a-z 0-9 . _ -')
  .meta({ description: 'It must be there already.' })

export const exchange = shortText.meta({
  description: 'Empty: the default one, and the routing key is a queue.',
})
export const routingKey = shortText.meta({ description: 'A queue must be bound for it.' })
