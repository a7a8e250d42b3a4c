import { topic } from '../../record/forward/places.ts'
import { brokerDestination } from './broker.ts'

/** A topic of Kafka; events of one monitor share a partition. */
export const kafka = brokerDestination({
  label: 'Kafka',
  about: 'A topic of Kafka.',
  options: { topic },
  placeOf: options => ({ broker: 'kafka', topic: options.topic }),
})
