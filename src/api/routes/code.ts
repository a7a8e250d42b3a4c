import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type CodeAnswer, showApplied } from '../code/answer.ts'
import { applyCode } from '../code/apply.ts'
import { changesOfApplied, namesOfApplied, wordsOfApplied } from '../code/audit.ts'
import { exportCode } from '../code/export.ts'
import { addOperation } from '../operation.ts'
import { codeDocument, codeExport, codeResult } from '../schemas/code.ts'
import type { Services } from '../services.ts'

const MOST_BYTES = 16 * 1_024 * 1_024

/** `/v1/code`: monitors, endpoints, silences and maintenance windows as one document. */
export function codeRoutes(app: FastifyInstance, services: Services): void {
  addApply(app, services)
  addExport(app, services)
}

function addApply(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'applyCode',
    method: 'PUT',
    path: '/v1/code',
    tag: 'Code',
    summary: 'Apply a document',
    description:
      'Makes and changes what differs from the document, in one transaction: all of it, or nothing. Everything is validated ' +
      'first, targets of new endpoints as at registration. Things are known by their names; one that was made by hand is taken ' +
      'over. `"********"` in place of a secret leaves it as it is.',
    access: 'admin',
    audit: {
      words: ({ answer }) => wordsOfApplied(answer as CodeAnswer),
      target: () => ({ id: null, name: null }),
      also: ({ answer }) => namesOfApplied(answer as CodeAnswer),
      changes: ({ answer }) => changesOfApplied(answer as CodeAnswer),
      unless: ({ answer }) => answer.dry_run === true || (answer as CodeAnswer).changes.length === 0,
    },
    query: z.strictObject({
      dry_run: z
        .boolean()
        .default(false)
        .meta({ description: 'Says what would change, and changes nothing.' }),
      prune: z.boolean().default(false).meta({
        description:
          "Deletes what was applied under the document's `name` and is not in it any more. What was made by hand is never deleted.",
      }),
    }),
    body: codeDocument,
    readsBodyItself: true,
    bodyLimit: MOST_BYTES,
    bodyExamples: {
      small: {
        summary: 'A monitor, and where its alerts go',
        value: {
          monitors: [{ name: 'shop', kind: 'http', spec: { url: 'https://shop.example.com/health' } }],
          endpoints: [{ name: 'ops', url: 'https://ops.example.com/hooks/statuspulse' }],
        },
      },
    },
    answers: { 200: { description: 'What changed, or would.', schema: codeResult } },
    problems: [409, 415, 422],
    handler: async ({ caller, query, request }) => {
      const { dry_run, prune } = query
      const applied = await applyCode(services, caller.workspaceId, request.body, { dryRun: dry_run, prune })
      return showApplied(applied, dry_run)
    },
  })
}

function addExport(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'exportCode',
    method: 'GET',
    path: '/v1/code',
    tag: 'Code',
    summary: 'Export as a document',
    description:
      'Everything that a document can say of the workspace. Applied again, it changes nothing. Secrets are `"********"`, which ' +
      'leaves them as they are.',
    access: 'read',
    answers: { 200: { description: 'The document.', schema: codeExport } },
    handler: async ({ caller }) => {
      const { document, leftOut } = await exportCode(services, caller.workspaceId)
      return { document, left_out: leftOut }
    },
  })
}
