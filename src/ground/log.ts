import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger }

/** Field names whose values are never written, at any depth we log. */
const SECRET_FIELDS = ['secret', 'token', 'authorization', 'password', 'url']

/**
 * The program's log: one JSON line per entry, or readable lines in a terminal. Goes to stderr,
 * so that stdout stays what a command prints.
 */
export function createLog(options: { level: string; format: 'json' | 'text' }): Logger {
  const redact = SECRET_FIELDS.flatMap(name => [name, `*.${name}`])
  const settings = { level: options.level, redact, base: null }
  if (options.format === 'json') return pino(settings, pino.destination(2))
  return pino(
    settings,
    pretty({
      destination: 2,
      colorize: process.stderr.isTTY,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      sync: true,
    }),
  )
}

/** A log that writes nothing, for tests and tools. */
export const silentLog: Logger = pino({ level: 'silent' })
