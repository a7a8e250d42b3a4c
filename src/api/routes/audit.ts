import type { FastifyInstance } from 'fastify'
import { type AuditEntry, listAudit } from '../../store/audit-log.ts'
import { readBriefly } from '../../store/list.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import { auditPage, auditQuery } from '../schemas/audit.ts'
import { timeOf } from '../schemas/common.ts'
import type { Services } from '../services.ts'

/** `/v1/audit`: who changed what. */
export function auditRoutes(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listAudit',
    method: 'GET',
    path: '/v1/audit',
    tag: 'Audit',
    summary: 'List changes',
    description:
      'Every change that was made in the workspace, by the API, a file or StatusPulse itself, the latest first: who, what and ' +
      'when. What producers send and consumers acknowledge is no change. Secrets are named, never shown.',
    access: 'admin',
    query: auditQuery,
    answers: {
      200: {
        description: 'One page.',
        schema: auditPage,
        example: {
          data: [
            {
              id: 'aud_01jz8m4x5c00k3v9q2w7d1a0b3',
              at: '2024-05-14T09:23:11.000Z',
              actor: { kind: 'key', id: 'key_01jz8m4x5c00k3v9q2w7d1a0b3', name: 'Ana' },
              operation: 'updateEndpoint',
              summary: 'Changed the endpoint "Operations"',
              target: { id: 'ep_01jz8m4x5c00k3v9q2w7d1a0b3', name: 'Operations' },
              changes: [{ field: 'timeout_ms', before: 5000, after: 10_000 }, { field: 'headers' }],
            },
          ],
          next_cursor: null,
        },
      },
    },
    handler: async ({ caller, query }) => {
      const { actor, operation, target, since, until, limit } = query
      const beforeId = fromCursor(query.cursor, 1)?.[0] ?? null
      const filters = { actor, operation, target, since, until }
      const rows = await readBriefly(database, tx =>
        listAudit(tx, caller.workspaceId, filters, { beforeId, limit: limit + 1 }),
      )
      return pageOf(rows, limit, row => [row.id], show)
    },
  })
}

function show({ id, at, actor, operation, summary, targetId, targetName, changes }: AuditEntry) {
  return {
    id,
    at: timeOf(at),
    actor: { ...actor },
    operation,
    summary,
    target: { id: targetId, name: targetName },
    changes: [...changes],
  }
}
