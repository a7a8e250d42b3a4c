import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound } from '../../ground/errors.ts'
import {
  type ApiKey,
  findApiKey,
  insertApiKey,
  listApiKeys,
  newApiKey,
  revokeApiKey,
} from '../../store/api-keys.ts'
import { insertMember } from '../../store/members.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { insertWorkspace, listWorkspaces, updateWorkspace } from '../../store/workspaces.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import {
  key,
  keyCreated,
  keyInput,
  keyPage,
  workspace,
  workspaceCreated,
  workspaceInput,
  workspacePage,
  workspacePatch,
} from '../schemas/account.ts'
import { idParams, pageFields } from '../schemas/common.ts'
import type { Services } from '../services.ts'
import { showKey, showWorkspace } from '../views.ts'

const WORKSPACE_ID = idParams("The workspace's id.", 'ws_01jz8m4x5c00k3v9q2w7d1a0b3')
const KEY_ID = idParams("The key's id.", 'key_01jz8m4x5c00k3v9q2w7d1a0b3')

/** `/v1/keys`: who may. */
export function keyRoutes(app: FastifyInstance, { database, catalog, clock, keyUses }: Services): void {
  const shown = (one: ApiKey) => showKey(one, keyUses.lastSeen(one.id))

  addOperation(app, {
    id: 'createKey',
    method: 'POST',
    path: '/v1/keys',
    tag: 'Keys',
    summary: 'Make an API key',
    description: 'Makes an API key of this workspace. It is shown this once; only its hash is kept.',
    access: 'admin',
    audit: { words: 'Made the API key' },
    body: keyInput,
    bodyExamples: {
      ingest: { summary: 'For a producer', value: { name: 'billing service', scopes: ['ingest'] } },
    },
    answers: { 201: { description: 'Made.', schema: keyCreated } },
    problems: [415, 422],
    handler: async ({ caller, body }) => {
      const secret = newApiKey()
      const made = { workspaceId: caller.workspaceId, operator: false, key: secret, name: body.name }
      const kept = await insertApiKey(database, { ...made, scopes: [...new Set(body.scopes)] }, clock.now())
      await catalog.reload()
      return { ...showKey(kept), key: secret }
    },
  })

  addOperation(app, {
    id: 'listKeys',
    method: 'GET',
    path: '/v1/keys',
    tag: 'Keys',
    summary: 'List API keys',
    description: "The workspace's API keys in the order of their making, revoked ones included.",
    access: 'admin',
    query: z.strictObject(pageFields),
    answers: { 200: { description: 'One page.', schema: keyPage } },
    handler: async ({ caller, query }) => {
      const after = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listApiKeys(database, caller.workspaceId, after, query.limit + 1)
      return pageOf(rows, query.limit, row => [row.id], shown)
    },
  })

  addOperation(app, {
    id: 'getKey',
    method: 'GET',
    path: '/v1/keys/{id}',
    tag: 'Keys',
    summary: 'Show an API key',
    description: 'An API key by its id, revoked or not; the key itself is never shown again.',
    access: 'admin',
    params: KEY_ID,
    answers: { 200: { description: 'The key.', schema: key } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const found = await findApiKey(database, caller.workspaceId, params.id)
      if (!found) throw notFound('key', params.id)
      return shown(found)
    },
  })

  addOperation(app, {
    id: 'revokeKey',
    method: 'DELETE',
    path: '/v1/keys/{id}',
    tag: 'Keys',
    summary: 'Revoke an API key',
    description:
      "For good, on every node within a second. The workspace's last key with the scope `admin` cannot be revoked.",
    access: 'admin',
    audit: { words: 'Revoked the API key', before: 'getKey' },
    params: KEY_ID,
    answers: { 204: { description: 'Revoked.' } },
    problems: [404, 409],
    handler: async ({ caller, params }) => {
      const outcome = await revokeApiKey(database, caller.workspaceId, params.id)
      if (outcome === 'unknown') throw notFound('valid key', params.id)
      if (outcome === 'last admin')
        throw conflict(`${params.id} is the last key with the scope "admin": make another one first.`)
      await catalog.reload()
    },
  })
}

/** `/v1/workspace` of a key, and `/v1/workspaces` for the operator. */
export function workspaceRoutes(app: FastifyInstance, services: Services): void {
  addOwn(app, services)
  addAll(app, services)
  addAny(app, services)
}

function addOwn(app: FastifyInstance, { database, catalog }: Services): void {
  addOperation(app, {
    id: 'getWorkspace',
    method: 'GET',
    path: '/v1/workspace',
    tag: 'Workspaces',
    summary: "Show the key's workspace",
    description: 'The workspace that the API key belongs to, and everything that it sees.',
    access: 'read',
    answers: { 200: { description: 'The workspace.', schema: workspace } },
    handler: async ({ caller }) => showWorkspace(catalog.workspace(caller.workspaceId) as Workspace),
  })

  addOperation(app, {
    id: 'updateWorkspace',
    method: 'PATCH',
    path: '/v1/workspace',
    tag: 'Workspaces',
    summary: "Change the key's workspace",
    description: 'JSON Merge Patch (RFC 7396): what is left out stays.',
    access: 'admin',
    audit: { words: 'Changed the workspace', before: 'getWorkspace' },
    body: workspacePatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    bodyExamples: { strict: { summary: 'Known monitors only', value: { allow_unknown_monitors: false } } },
    answers: { 200: { description: 'Changed.', schema: workspace } },
    problems: [415, 422],
    handler: async ({ caller, body }) => {
      const change = { name: body.name, allowUnknownMonitors: body.allow_unknown_monitors }
      const changed = await updateWorkspace(database, caller.workspaceId, change)
      await catalog.reload()
      return showWorkspace(changed as Workspace)
    },
  })
}

function addAll(app: FastifyInstance, { database, catalog, clock }: Services): void {
  addOperation(app, {
    id: 'createWorkspace',
    method: 'POST',
    path: '/v1/workspaces',
    tag: 'Workspaces',
    summary: 'Make a workspace',
    description:
      "A tenant of its own, with its first admin key; a user who makes it owns it. Needs the operator's key, or a user who is one.",
    access: 'operator',
    audit: { words: 'Made the workspace' },
    body: workspaceInput,
    bodyExamples: { team: { summary: 'For a team', value: { name: 'Payments' } } },
    answers: { 201: { description: 'Made.', schema: workspaceCreated } },
    problems: [415, 422],
    handler: async ({ caller, body }) => {
      const now = clock.now()
      const secret = newApiKey()
      const [made, admin] = await database.transaction(async tx => {
        const fresh = { name: body.name, allowUnknownMonitors: body.allow_unknown_monitors }
        const kept = await insertWorkspace(tx, fresh, now)
        if (caller.session)
          await insertMember(tx, { workspaceId: kept.id, userId: caller.session.userId, role: 'owner' }, now)
        const first = {
          workspaceId: kept.id,
          name: 'admin',
          scopes: ['admin' as const],
          operator: false,
          key: secret,
        }
        return [kept, await insertApiKey(tx, first, now)] as const
      })
      await catalog.reload()
      return { ...showWorkspace(made), admin_key: { ...showKey(admin), key: secret } }
    },
  })

  addOperation(app, {
    id: 'listWorkspaces',
    method: 'GET',
    path: '/v1/workspaces',
    tag: 'Workspaces',
    summary: 'List workspaces',
    description: "All workspaces in the order of their making. Needs the operator's key.",
    access: 'operator',
    query: z.strictObject(pageFields),
    answers: { 200: { description: 'One page.', schema: workspacePage } },
    handler: async ({ query }) => {
      const after = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listWorkspaces(database, after, query.limit + 1)
      return pageOf(rows, query.limit, row => [row.id], showWorkspace)
    },
  })
}

/** The operator's way to the settings of any of them. */
function addAny(app: FastifyInstance, { database, catalog }: Services): void {
  addOperation(app, {
    id: 'getWorkspaceById',
    method: 'GET',
    path: '/v1/workspaces/{id}',
    tag: 'Workspaces',
    summary: 'Show a workspace',
    description: "Any workspace, by its id. Needs the operator's key.",
    access: 'operator',
    params: WORKSPACE_ID,
    answers: { 200: { description: 'The workspace.', schema: workspace } },
    problems: [404],
    handler: async ({ params }) => {
      const found = catalog.workspace(params.id)
      if (!found) throw notFound('workspace', params.id)
      return showWorkspace(found)
    },
  })

  addOperation(app, {
    id: 'updateWorkspaceById',
    method: 'PATCH',
    path: '/v1/workspaces/{id}',
    tag: 'Workspaces',
    summary: 'Change a workspace',
    description:
      "JSON Merge Patch (RFC 7396): what is left out stays. In the audit log of that workspace. Needs the operator's key.",
    access: 'operator',
    audit: {
      words: 'Changed the workspace',
      before: 'getWorkspaceById',
      workspace: ({ params }) => String(params.id),
    },
    params: WORKSPACE_ID,
    body: workspacePatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    bodyExamples: { strict: { summary: 'Known monitors only', value: { allow_unknown_monitors: false } } },
    answers: { 200: { description: 'Changed.', schema: workspace } },
    problems: [404, 415, 422],
    handler: async ({ params, body }) => {
      const change = { name: body.name, allowUnknownMonitors: body.allow_unknown_monitors }
      const changed = await updateWorkspace(database, params.id, change)
      if (!changed) throw notFound('workspace', params.id)
      await catalog.reload()
      return showWorkspace(changed)
    },
  })
}
