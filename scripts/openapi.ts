import { writeFileSync } from 'node:fs'
import { Registry } from '@prometheus-io/client'
import { describeApi } from '../src/api/openapi.ts'
import { createApi } from '../src/api/server.ts'
import type { Services } from '../src/api/services.ts'
import { systemClock } from '../src/ground/clock.ts'
import { silentLog } from '../src/ground/log.ts'
import { Hub } from '../src/record/hub.ts'
import { Catalog } from '../src/store/catalog.ts'
import { Database } from '../src/store/database.ts'

/** Writes the API's document to the file that is named, or to standard output. Needs no database. */
// Connects nowhere: only a start does.
const database = new Database({ connection: {}, log: silentLog })
const services = {
  database,
  catalog: new Catalog({ database, sealer: null as never, log: silentLog, clock: systemClock }),
  hub: new Hub({ database, log: silentLog }),
  clock: systemClock,
  log: silentLog,
  metrics: new Registry(),
  version: '0.0.0',
  config: {
    host: '127.0.0.1',
    port: 0,
    rateLimitPerSecond: 1,
    publicMetrics: false,
    publicUrl: null,
    trustedProxies: [],
    singleSignOn: null,
  },
} as unknown as Services

const document = JSON.stringify(describeApi(createApi(services).operations, services.version), null, 2)
const [file] = process.argv.slice(2)
if (file) writeFileSync(file, `${document}\n`)
else console.log(document)
