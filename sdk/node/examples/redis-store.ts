// npm install redis @statuspulse/webhooks
import { type DeduplicationStore, Deduplicator } from '@statuspulse/webhooks'
import { createClient } from 'redis'

const redis = await createClient({ url: process.env.REDIS_URL }).connect()
const keyOf = (eventId: string) => `statuspulse:${eventId}`

const store: DeduplicationStore = {
  async begin(eventId, leaseSeconds) {
    const options = { condition: 'NX', expiration: { type: 'EX', value: leaseSeconds } } as const
    if ((await redis.set(keyOf(eventId), 'busy', options)) !== null) return 'new'
    return (await redis.get(keyOf(eventId))) === 'done' ? 'done' : 'busy'
  },
  async finish(eventId, ttlSeconds) {
    await redis.set(keyOf(eventId), 'done', { expiration: { type: 'EX', value: ttlSeconds } })
  },
  async release(eventId) {
    await redis.del(keyOf(eventId))
  },
}

/** For the option `deduplicator` of every handler; shared by all processes that use the same Redis. */
export const deduplicator = new Deduplicator({ store })
