import type { ReceivedRequest, Receiver } from '../helpers/receiver.ts'

/** A payload as it arrived. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
export type Payload = any

export function bodyOf(request: ReceivedRequest): Payload {
  return JSON.parse(request.body.toString())
}

/** Resolves with what a receiver got of a monitor, once there is that much. */
export async function ofMonitor(receiver: Receiver, monitorName: string, count: number): Promise<Payload[]> {
  for (let least = count; ; ) {
    const requests = await receiver.received(least)
    const found = requests.map(bodyOf).filter(body => body.monitor_name === monitorName)
    if (found.length >= count) return found
    least = requests.length + 1
  }
}
