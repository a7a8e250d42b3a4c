import { Digest } from './digest.ts'
import type { EndpointQueue } from './endpoint-queue.ts'
import type { Parcel } from './parcel.ts'

/**
 * What is to go in one request: the parcel that was taken from the queue, and in a storm (many are ready that the rate
 * keeps back, at an endpoint whose kind has digests) as many others as there is room for in one message.
 */
export function gatherDigest(first: Parcel, queue: EndpointQueue, now: number): readonly Parcel[] {
  const { digests } = queue
  if (!digests || queue.ready + 1 < digests.from || !queue.isHeldBack(now)) return [first]
  let room = digests.room - digests.weigh(first)
  const others = queue.takeAlso(parcel => {
    room -= digests.weigh(parcel)
    return room >= 0
  })
  if (others.length === 0) return [first]
  const members = [first, ...others]
  const digest = new Digest(first)
  for (const member of members) member.digest = digest
  return members
}
