import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypes, { astToString } from 'openapi-typescript'

/** Writes the types by which the console calls the API: made from its document, so never behind it. */
const script = fileURLToPath(new URL('openapi.ts', import.meta.url))
const target = new URL('../web/src/api/schema.d.ts', import.meta.url)

const document = execFileSync(process.execPath, [script], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
writeFileSync(target, astToString(await openapiTypes(document, { defaultNonNullable: false })))
