import { messageOf, unacceptable } from '../../ground/errors.ts'
import type { BrokerNetwork } from '../../record/forward/broker.ts'
import { linkBroker } from '../../record/forward/connect.ts'
import { readBrokerUrl } from '../../record/forward/url.ts'
import type { Destination as Place } from '../../store/forwarders.ts'

/**
 * Connects to a broker the way an attempt does, looks whether the place is there, and sends nothing.
 * @throws Problem 422 (path `url`, or that of the option at fault) with the reason
 */
export async function examineBroker(url: string, place: Place, network: BrokerNetwork): Promise<void> {
  const read = readBrokerUrl(place.broker, url)
  if (typeof read === 'string') throw unacceptable('url', read)
  const link = await linkBroker(place.broker, url, network).catch(error => {
    throw unacceptable('url', `cannot be sent to: ${messageOf(error)}`)
  })
  try {
    await link.find(place)
  } catch (error) {
    throw unacceptable(`options.${optionOf(place)}`, messageOf(error))
  } finally {
    await link.close()
  }
}

function optionOf(place: Place): string {
  switch (place.broker) {
    case 'nats':
      return 'subject'
    case 'rabbitmq':
      return place.exchange === '' ? 'routing_key' : 'exchange'
    case 'kafka':
      return 'topic'
  }
}
