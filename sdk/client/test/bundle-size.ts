import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** Bundles programs that use more and less of the package installed in a folder: what is not used is not in the bundle. */
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('node bundle-size.ts <folder that has the package installed>')

const calls = await bundle(
  'calls',
  `import { createClient } from '@statuspulse/client'\nexport const api = createClient()`,
)
const all = await bundle('all', `export * from '@statuspulse/client'`)
console.log(`calls alone ${size(calls)}, everything ${size(all)}, compressed`)
for (const text of ['next_cursor', 'Last-Event-ID'])
  if (calls.includes(text) || !all.includes(text))
    throw new Error(`a bundle of the calls alone holds ${text}`)

async function bundle(name: string, source: string): Promise<string> {
  const entry = join(folder as string, `${name}.mjs`)
  writeFileSync(entry, source)
  const built = await build({
    root: folder as string,
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry, formats: ['es'] }, minify: true },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (!output || !('output' in output)) throw new Error('vite watches')
  return output.output.map(one => (one.type === 'chunk' ? one.code : '')).join('')
}

function size(text: string): string {
  return `${(gzipSync(text, { level: 9 }).length / 1024).toFixed(1)} KiB`
}
