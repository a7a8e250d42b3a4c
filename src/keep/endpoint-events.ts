import type { Endpoint } from '../ground/vocabulary.ts'
import type { EventInput } from './keeper.ts'

/** The event that tells a workspace that one of its endpoints was switched off; other endpoints can be told by it. */
export function disabledEvent(endpoint: Endpoint, reason: string): EventInput {
  return {
    monitorName: `statuspulse/endpoints/${endpoint.id}`,
    status: 'down',
    severity: 'warning',
    eventType: 'status.changed',
    metadata: {
      endpoint_id: endpoint.id,
      endpoint_name: endpoint.name,
      message: `The endpoint was disabled: ${reason}. Enable it when it works again, and replay what failed.`,
    },
  }
}
