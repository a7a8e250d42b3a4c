import {
  deleteWindow,
  insertWindow,
  listWindows,
  type StoredWindow,
  updateWindow,
  type WindowInput,
} from '../../store/maintenance-windows.ts'
import {
  deleteSilence,
  insertSilence,
  loadSilencesOf,
  type SilenceInput,
  type StoredSilence,
  updateSilence,
} from '../../store/silences.ts'
import { checkedWindow } from '../routes/maintenance.ts'
import { checkedSilence } from '../routes/silences.ts'
import { codeSilence } from '../schemas/code.ts'
import { timeOf } from '../schemas/common.ts'
import { windowInput } from '../schemas/silence.ts'
import { parse } from '../validation.ts'
import type { Facts, Section } from './section.ts'

const ALL = 1_000_000
const CREATED_BY = 'a file that was applied'

/** Silences, known by their comments. */
export const silenceSection: Section<StoredSilence, SilenceInput> = {
  field: 'silences',
  thing: 'silence',

  async load({ tx, workspaceId, now }) {
    const silences = await loadSilencesOf(tx, workspaceId, now)
    return silences.map(stored => ({
      ...silenceFacts(stored),
      id: stored.id,
      name: stored.comment,
      stored,
    }))
  },

  want(entry, kept, { now }) {
    const given = parse(codeSilence, entry, 'body')
    const input = checkedSilence({
      comment: given.name,
      createdBy: kept?.stored.createdBy ?? CREATED_BY,
      matchers: given.matchers,
      startsAt: given.starts_at ?? kept?.stored.startsAt ?? Math.min(now, given.ends_at - 1),
      endsAt: given.ends_at,
    })
    if (input.endsAt <= now && !kept) return null
    return { ...silenceFacts(input), name: given.name, input }
  },

  async insert({ tx, workspaceId, now }, { input }) {
    const { id } = await insertSilence(tx, workspaceId, input, now)
    return { id, secret: null, pingPath: null }
  },

  async update({ tx, workspaceId }, { id }, { input }) {
    await updateSilence(tx, workspaceId, id, input)
  },

  async remove({ tx, workspaceId }, { id }) {
    await deleteSilence(tx, workspaceId, id)
  },

  entryOf({ stored, full }) {
    return stored.comment === '' ? 'it has no comment' : { name: stored.comment, ...full }
  },
}

/** Maintenance windows, known by their names. */
export const windowSection: Section<StoredWindow, WindowInput> = {
  field: 'maintenance_windows',
  thing: 'maintenance_window',

  async load({ tx, workspaceId, now }) {
    const windows = await listWindows(tx, workspaceId, { beforeId: null, limit: ALL })
    return windows
      .filter(({ when }) => when.kind === 'recurring' || when.endsAt > now)
      .map(stored => ({ ...windowFacts(stored), id: stored.id, name: stored.name, stored }))
  },

  want(entry, kept, { now }) {
    const input = checkedWindow(parse(windowInput, entry, 'body'))
    if (input.when.kind === 'once' && input.when.endsAt <= now && !kept) return null
    return { ...windowFacts(input), name: input.name, input }
  },

  async insert({ tx, workspaceId, now }, { input }) {
    const { id } = await insertWindow(tx, workspaceId, input, now)
    return { id, secret: null, pingPath: null }
  },

  async update({ tx, workspaceId }, { id }, { input }) {
    await updateWindow(tx, workspaceId, id, input)
  },

  async remove({ tx, workspaceId }, { id }) {
    await deleteWindow(tx, workspaceId, id)
  },

  entryOf({ name, full }) {
    return { name, ...full }
  },
}

function silenceFacts({ matchers, startsAt, endsAt }: SilenceInput): Facts {
  const full = {
    matchers: matchers.map(({ name, operator, value }) => ({ name, operator, value })),
    starts_at: timeOf(startsAt),
    ends_at: timeOf(endsAt),
  }
  return { kind: null, full, shown: full }
}

function windowFacts({ monitors, when }: WindowInput): Facts {
  const full = {
    monitors: [...monitors],
    ...(when.kind === 'once'
      ? { starts_at: timeOf(when.startsAt), ends_at: timeOf(when.endsAt) }
      : { cron: when.cron, time_zone: when.timeZone, duration_s: when.durationMs / 1_000 }),
  }
  return { kind: null, full, shown: full }
}
