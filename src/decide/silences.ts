import { parseGlob } from '../ground/glob.ts'
import type { ActiveSilence, SilenceSubject } from './decision.ts'

/** Holds back what it matches, for a time. */
export interface Silence {
  readonly id: string
  readonly comment: string
  readonly startsAt: number
  /** Not part of the silence any more. */
  readonly endsAt: number
  /** All must match; none: everything does. */
  readonly matchers: readonly SilenceMatcher[]
}

/** `name`: `monitor`, `region`, `severity`, or a label. What is not there counts as the empty text. */
export interface SilenceMatcher {
  readonly name: string
  /** `=~` and `!~` compare with a glob. */
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** A silence whose matchers are compiled: once, not for every event. */
export interface CompiledSilence extends ActiveSilence {
  readonly startsAt: number
  readonly endsAt: number
}

/** @throws SyntaxError for a glob that `checkGlob` refuses */
export function compileSilence(silence: Silence): CompiledSilence {
  const { id, comment, startsAt, endsAt } = silence
  const matchers = silence.matchers.map(compileMatcher)
  return { id, comment, startsAt, endsAt, matches: subject => matchers.every(matches => matches(subject)) }
}

export interface SilencesNow {
  readonly active: readonly CompiledSilence[]
  /** When another set is in effect; null: never. */
  readonly changesAt: number | null
}

/** The silences in effect at a time, and until when that is so. */
export function silencesAt(silences: readonly CompiledSilence[], at: number): SilencesNow {
  const active = silences.filter(silence => silence.startsAt <= at && at < silence.endsAt)
  const changes = silences.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]).filter(time => time > at)
  return { active, changesAt: changes.length === 0 ? null : changes.reduce((a, b) => Math.min(a, b)) }
}

function compileMatcher({ name, operator, value }: SilenceMatcher): (subject: SilenceSubject) => boolean {
  const isGlob = operator === '=~' || operator === '!~'
  const matches = isGlob ? parseGlob(value).matches : (text: string) => text === value
  const wanted = operator === '=' || operator === '=~'
  return subject => matches(fieldOf(subject, name)) === wanted
}

function fieldOf(subject: SilenceSubject, name: string): string {
  switch (name) {
    case 'monitor':
      return subject.monitor
    case 'region':
      return subject.region ?? ''
    case 'severity':
      return subject.severity
    default:
      return Object.hasOwn(subject.labels, name) ? (subject.labels[name] ?? '') : ''
  }
}
