import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { codeBlocks } from './docs/code.ts'
import { commandBlocks } from './docs/commands.ts'
import { serverBlocks } from './docs/server.ts'
import { settingsTable } from './docs/settings.ts'
import { headersTable, kindsTable, payloadSchema, retryTable } from './docs/wire.ts'

/**
 * Writes the generated parts of docs/: what stands between `<!-- generated: name -->` and
 * `<!-- /generated -->`. They come from the code itself, so that they cannot say anything else.
 *
 *   npm run docs               writes them
 *   npm run docs -- --check    only says which pages are out of date; exit code 1 if some are
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BLOCK = /(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g

const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values

const blocks: Readonly<Record<string, string>> = {
  settings: settingsTable(),
  retries: retryTable(),
  headers: headersTable(),
  'payload-schema': payloadSchema(),
  kinds: kindsTable(),
  ...codeBlocks(),
  ...(await commandBlocks()),
  ...(await serverBlocks()),
}

const pages = (await readdir(join(ROOT, 'docs'), { recursive: true })).filter(name => name.endsWith('.md'))
const used = new Set<string>()
const stale: string[] = []
for (const page of pages) {
  const path = join(ROOT, 'docs', page)
  const before = await readFile(path, 'utf8')
  const after = before.replace(BLOCK, (_, begin: string, name: string, end: string) => {
    const block = blocks[name]
    if (block === undefined) throw new Error(`docs/${page} asks for "${name}", which nothing generates`)
    used.add(name)
    return `${begin}${block.trimEnd()}\n${end}`
  })
  if (after === before) continue
  stale.push(relative(ROOT, path))
  if (!check) await writeFile(path, after)
}

const unused = Object.keys(blocks).filter(name => !used.has(name))
if (unused.length > 0) throw new Error(`no page shows what is generated as ${unused.join(', ')}`)
for (const path of stale) console.log(check ? `${path} is out of date: npm run docs` : `wrote ${path}`)
if (check && stale.length > 0) process.exitCode = 1
