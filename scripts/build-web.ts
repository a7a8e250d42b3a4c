import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/**
 * Builds the console into web/dist, each text file also compressed, for the program to serve as it is.
 * With `--if-possible`: does nothing where the tools to build it are not installed.
 */
const root = fileURLToPath(new URL('../web', import.meta.url))
const dist = join(root, 'dist')
const COMPRESSED = new Set(['.js', '.css', '.html', '.svg'])

const vite = await import('vite').catch((error: NodeJS.ErrnoException) => {
  if (!process.argv.includes('--if-possible') || error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  console.log('The console is not built: development dependencies are not installed.')
})
if (vite) {
  process.env.NODE_ENV = 'production'
  await vite.build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
  await compress()
}

async function compress(): Promise<void> {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  await Promise.all(
    files
      .filter(file => COMPRESSED.has(extname(file)))
      .map(async file => {
        const path = join(dist, file)
        const text = readFileSync(path)
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
        writeFileSync(`${path}.br`, await promisify(brotliCompress)(text, { params }))
        writeFileSync(`${path}.gz`, await promisify(gzip)(text, { level: 9 }))
      }),
  )
}
