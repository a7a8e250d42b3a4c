import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

/** Holds what a browser loads before it shows a page against the budget: compressed JavaScript, bytes. */
const BUDGET = 200 * 1024

const dist = new URL('../web/dist/', import.meta.url)
const page = readFileSync(new URL('index.html', dist), 'utf8')
const entry = /<script type="module"[^>]* src="\/(assets\/[^"]+)"/.exec(page)?.[1]
if (!entry) throw new Error('web/dist/index.html has no entry: build the console with npm run build:web')

const texts = new Map<string, string>()

/** The file and all that it imports at once. */
function withImports(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  for (const [, name] of textOf(file).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
    withImports(`assets/${name}`, found)
  }
  return found
}

function textOf(file: string): string {
  let text = texts.get(file)
  if (text === undefined) {
    text = readFileSync(new URL(file, dist), 'utf8')
    texts.set(file, text)
  }
  return text
}

const first = withImports(entry)
const pages = [...textOf(entry).matchAll(/import\(\s*["'`]\.\/([^"'`]+\.js)["'`]\s*\)/g)].map(
  match => `assets/${match[1]}`,
)
if (pages.length === 0) throw new Error('the entry loads no page: this check does not understand the build')

let heaviest = 0
for (const file of pages) {
  const bytes = [...withImports(file, new Set(first))]
    .map(one => gzipSync(textOf(one), { level: 9 }).length)
    .reduce((sum, size) => sum + size, 0)
  heaviest = Math.max(heaviest, bytes)
  console.log(`${(bytes / 1024).toFixed(1).padStart(6)} KiB  ${file}`)
}
console.log(`first load: at most ${(heaviest / 1024).toFixed(1)} of ${BUDGET / 1024} KiB`)
if (heaviest > BUDGET) process.exitCode = 1
