import { exchange, routingKey } from '../../record/forward/places.ts'
import { brokerDestination } from './broker.ts'

/** An exchange or a queue of RabbitMQ. */
export const rabbitmq = brokerDestination({
  label: 'RabbitMQ',
  about: 'An exchange or a queue of RabbitMQ (AMQP 0.9.1).',
  options: { exchange: exchange.default(''), routing_key: routingKey },
  placeOf: options => ({
    broker: 'rabbitmq',
    exchange: options.exchange,
    routingKey: options.routing_key,
  }),
})
