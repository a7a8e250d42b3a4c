import { subject } from '../../record/forward/places.ts'
import { brokerDestination } from './broker.ts'

/** A subject that a stream of NATS JetStream takes. */
export const nats = brokerDestination({
  label: 'NATS JetStream',
  about: 'A subject of NATS JetStream.',
  options: { subject },
  placeOf: options => ({ broker: 'nats', subject: options.subject }),
})
