import { describe, expect, it } from 'vitest'
import { EndpointQueue } from '../../src/deliver/endpoint-queue.ts'
import type { Parcel } from '../../src/deliver/parcel.ts'
import { UrlGates } from '../../src/deliver/url-gates.ts'
import type { Endpoint } from '../../src/ground/vocabulary.ts'

/** The n-th event of a monitor on its way. */
function parcel(n: number): Parcel {
  const delivery = { id: `dlv_${n}`, monitorName: 'shop', incidentId: null, bucket: 0 }
  return { delivery, event: { eventType: 'status.changed', payload: '' }, unwrittenAt: null } as Parcel
}

describe('a queue that keeps order', () => {
  it('takes in, however full it is, what comes late and stands before others; and nothing else that it does not know', () => {
    const queue = new EndpointQueue('ep_1', new UrlGates())
    queue.configure(
      {
        kind: 'webhook',
        url: 'https://a.example/',
        order: 'ordered',
        concurrency: 1,
        ratePerSecond: null,
      } as Endpoint,
      1,
    )
    const second = parcel(2)
    queue.remember(second.delivery, 'status.changed')
    expect(queue.expects(second)).toBe(true)
    expect(queue.expects(parcel(1))).toBe(true)
    expect(queue.expects(parcel(3))).toBe(false)
  })
})
