import { z } from 'zod'
import { SCOPES } from '../../ground/vocabulary.ts'
import { page, text, time } from './common.ts'

const scope = z.enum(SCOPES)

export const keyInput = z
  .strictObject({
    name: text({ max: 200 }).meta({ description: 'Who or what uses it.' }),
    scopes: z.array(scope).min(1).max(SCOPES.length).meta({
      description:
        '`ingest`: send events. `read`: look at everything but secrets. `respond`: act on incidents, silence, replay. `admin`: everything.',
    }),
  })
  .meta({ id: 'KeyInput' })

export const key = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    operator: z.boolean().meta({ description: 'May also create and list workspaces.' }),
    hint: z.string().meta({ description: 'How the key begins.' }),
    created_at: time,
    revoked_at: time.nullable(),
    last_used_at: time.nullable().meta({
      description: 'To the minute, on every node; null: never, or not since this was noted.',
    }),
  })
  .meta({ id: 'Key' })

export const keyCreated = z
  .object({ ...key.shape, key: z.string().meta({ description: 'The key itself. Shown this once.' }) })
  .meta({ id: 'KeyCreated' })

export const keyPage = page(key, 'KeyPage')

export const workspace = z
  .object({
    id: z.string(),
    name: z.string(),
    allow_unknown_monitors: z.boolean().meta({
      description: 'Whether an event of an unknown monitor makes that monitor; if not, it is refused.',
    }),
    created_at: time,
  })
  .meta({ id: 'Workspace' })

export const workspacePage = page(workspace, 'WorkspacePage')

export const workspaceInput = z
  .strictObject({ name: text({ max: 200 }), allow_unknown_monitors: z.boolean().default(true) })
  .meta({ id: 'WorkspaceInput' })

export const workspaceCreated = z
  .object({ ...workspace.shape, admin_key: keyCreated })
  .meta({ id: 'WorkspaceCreated' })

export const workspacePatch = z
  .strictObject({ name: text({ max: 200 }).optional(), allow_unknown_monitors: z.boolean().optional() })
  .meta({ id: 'WorkspacePatch', description: 'What is left out stays.' })
