import { Client, type ClientConfig, type QueryResultRow } from 'pg'
import type { Logger } from '../ground/log.ts'

/**
 * A statement: SQL text with $1… and, when it is on the hot path, a name under which each
 * connection prepares it once.
 */
export interface Statement {
  readonly name?: string
  readonly text: string
}
