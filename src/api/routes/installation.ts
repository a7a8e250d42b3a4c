import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { listNodes, type Node } from '../../store/nodes.ts'
import { INGEST_KEYS_HOURS, oldestKeptDay } from '../../store/partitions.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import { pageFields, timeOf } from '../schemas/common.ts'
import { nodePage, retention } from '../schemas/installation.ts'
import type { Services } from '../services.ts'

/** As the nodes have it; see `Ownership`. */
const LEASE_SECONDS = 5

const NODE_EXAMPLE = {
  id: 'node_01jz8m4x5c00k3v9q2w7d1a0b3',
  hostname: 'status-1',
  version: '0.1.0',
  started_at: '2024-05-14T09:00:00.000Z',
  seen_at: '2024-05-14T09:23:11.000Z',
  alive: true,
  buckets: [0, 1, 2, 3],
}

/** `/v1/nodes` and `/v1/retention`: how this installation runs. */
export function installationRoutes(app: FastifyInstance, services: Services): void {
  addNodes(app, services)
  addRetention(app, services)
}

function addNodes(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listNodes',
    method: 'GET',
    path: '/v1/nodes',
    tag: 'Service',
    summary: 'List nodes',
    description:
      "The running copies of StatusPulse, in the order of their start, and which of the 64 buckets each owns. Needs the operator's key.",
    access: 'operator',
    query: z.strictObject(pageFields),
    answers: {
      200: {
        description: 'One page.',
        schema: nodePage,
        example: { data: [NODE_EXAMPLE], next_cursor: null },
      },
    },
    handler: async ({ query }) => {
      const after = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listNodes(database, after, query.limit + 1, LEASE_SECONDS)
      return pageOf(rows, query.limit, row => [row.id], showNode)
    },
  })
}

function addRetention(app: FastifyInstance, { database, config }: Services): void {
  addOperation(app, {
    id: 'getRetention',
    method: 'GET',
    path: '/v1/retention',
    tag: 'Service',
    summary: 'Show how long things are kept',
    description:
      'What the settings of the installation say; they hold for every workspace, and are changed where it is started.',
    access: 'read',
    answers: {
      200: {
        description: 'How long.',
        schema: retention,
        example: { event_days: 30, oldest_day: '2024-04-14', audit_days: 365, event_id_hours: 24 },
      },
    },
    handler: async () => ({
      event_days: config.retentionDays,
      oldest_day: await oldestKeptDay(database),
      audit_days: config.auditRetentionDays,
      event_id_hours: INGEST_KEYS_HOURS,
    }),
  })
}

function showNode({ id, hostname, version, startedAt, seenAt, alive, buckets }: Node) {
  return {
    id,
    hostname,
    version,
    started_at: timeOf(startedAt),
    seen_at: timeOf(seenAt),
    alive,
    buckets: [...buckets],
  }
}
