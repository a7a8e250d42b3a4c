import type { Config } from '../config.ts'
import { createLog, type Logger } from '../ground/log.ts'

/** The log that the settings ask for; `auto` is text in a terminal. */
export function logOf(config: Pick<Config, 'logLevel' | 'logFormat'>): Logger {
  const terminal = process.stderr.isTTY ? 'text' : 'json'
  return createLog({
    level: config.logLevel,
    format: config.logFormat === 'auto' ? terminal : config.logFormat,
  })
}
