import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import openapiTypes, { astToString } from 'openapi-typescript'

/**
 * Writes the types by which the command line, the console and everybody's TypeScript call the API, out of its
 * document.
 *
 *   npm run docs                                   writes them, with the reference
 *   node scripts/client-types.ts --check           only says whether they are behind the document
 */
const NAME = 'sdk/client/src/schema.ts'

const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values
const script = fileURLToPath(new URL('openapi.ts', import.meta.url))
const target = new URL(`../${NAME}`, import.meta.url)

const document = execFileSync(process.execPath, [script], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
const types = `// Written by npm run docs from the OpenAPI document. Not to be changed by hand.\n${astToString(
  await openapiTypes(document, { defaultNonNullable: false }),
)}`
const isCurrent = existsSync(target) && readFileSync(target, 'utf8') === types
if (check && !isCurrent) {
  console.error(`${NAME} is behind the API's document: npm run docs`)
  process.exitCode = 1
} else if (!isCurrent) {
  writeFileSync(target, types)
  console.log(`wrote ${NAME}`)
}
