import type { z } from 'zod'
import { brokerNetwork } from '../deliver/broker-network.ts'
import { messageOf, Problem, unacceptable } from '../ground/errors.ts'
import { connectBroker } from '../record/forward/connect.ts'
import { readBrokerUrl } from '../record/forward/url.ts'
import type { Destination } from '../store/forwarders.ts'
import type { forwarderInput, forwarderPatch } from './schemas/forwarder.ts'
import type { Services } from './services.ts'

/** @throws Problem 422 that says why the broker or the destination cannot be used */
export async function tryOut({ policy }: Services, url: string, destination: Destination): Promise<void> {
  const read = readBrokerUrl(destination.broker, url)
  if (typeof read === 'string') throw unacceptable('url', read)
  try {
    const connection = await connectBroker(url, destination, brokerNetwork(policy))
    await connection.close()
  } catch (error) {
    throw new Problem(
      422,
      'unacceptable',
      'Unacceptable value',
      `It cannot be forwarded to: ${messageOf(error)}`,
    )
  }
}

/** Where a forwarder is to send to. */
export function destinationOf(input: z.output<typeof forwarderInput>): Destination {
  switch (input.broker) {
    case 'nats':
      return { broker: 'nats', subject: input.subject }
    case 'rabbitmq':
      return { broker: 'rabbitmq', exchange: input.exchange, routingKey: input.routing_key }
    case 'kafka':
      return { broker: 'kafka', topic: input.topic }
  }
}

/** @throws Problem 422 that names a field which another kind of broker has */
export function patched(
  destination: Destination,
  fields: Omit<z.output<typeof forwarderPatch>, 'url' | 'enabled'>,
): Destination {
  const merged = { ...fieldsOf(destination), ...fields }
  const foreign = Object.keys(merged).find(name => !(name in fieldsOf(destination)))
  if (foreign) throw unacceptable(foreign, `does not go with ${destination.broker}`)
  return destinationOf({ ...merged, url: '', enabled: true, from: 'start' } as z.output<
    typeof forwarderInput
  >)
}

/** A destination's fields, as the API names them. */
export function fieldsOf(destination: Destination) {
  if (destination.broker !== 'rabbitmq') return destination
  const { broker, exchange, routingKey } = destination
  return { broker, exchange, routing_key: routingKey }
}
