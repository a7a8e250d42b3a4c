import { showKey } from '../api/views.ts'
import type { Config } from '../config.ts'
import { createLog } from '../ground/log.ts'
import { addOperatorKey } from '../store/first-start.ts'
import { migrate } from '../store/migrate.ts'
import { withDatabase } from './database.ts'

/**
 * Makes an operator's admin key of the first workspace, in the database itself. Running nodes know it
 * within a second.
 * @returns it as the API would show it
 * @throws Problem `data-dir-in-use` while a server runs on the embedded database
 */
export async function makeOperatorKey(config: Pick<Config, 'databaseUrl' | 'dataDir'>, name: string) {
  const log = createLog({ level: 'warn', format: 'text' })
  return withDatabase(config, log, async database => {
    await migrate(database, log)
    const { kept, key } = await addOperatorKey(database, name, Date.now())
    return { ...showKey(kept), key }
  })
}
