import type { ReactNode } from 'react'

/** What a colour means, everywhere. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle'

const BADGES: Record<Tone, string> = {
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  info: 'bg-info-soft text-info',
  idle: 'bg-idle-soft text-idle',
}

const DOTS: Record<Tone, string> = {
  ok: 'bg-ok',
  warn: 'bg-warn',
  bad: 'bg-bad',
  info: 'bg-info',
  idle: 'bg-idle',
}

/** The tone of every word of ours that is one: statuses, severities, outcomes. */
const TONES: Record<string, Tone> = {
  operational: 'ok',
  delivered: 'ok',
  resolved: 'ok',
  up: 'ok',
  degraded: 'warn',
  warning: 'warn',
  retry: 'warn',
  waiting: 'warn',
  pending: 'warn',
  acknowledged: 'info',
  down: 'bad',
  critical: 'bad',
  failed: 'bad',
  open: 'bad',
  info: 'info',
  maintenance: 'info',
  running: 'info',
  done: 'ok',
  'dry run': 'info',
}

export function toneOf(word: string): Tone {
  return TONES[word] ?? 'idle'
}

/** A word that has a colour; never the colour alone. */
export function Badge({ children, tone }: { children: string; tone?: Tone }) {
  const is = tone ?? toneOf(children)
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${BADGES[is]}`}
    >
      <Dot tone={is} />
      {children}
    </span>
  )
}

export function Dot({ tone }: { tone: Tone }) {
  return <span aria-hidden="true" className={`inline-block size-1.5 shrink-0 rounded-full ${DOTS[tone]}`} />
}

/** Something of note beside what it is about. */
export function Note({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <div className={`rounded-xl px-4 py-3 text-sm ${BADGES[tone]}`}>{children}</div>
}
