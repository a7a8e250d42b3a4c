import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import spectral from '@stoplight/spectral-core'
import parsers from '@stoplight/spectral-parsers'
import rulesets from '@stoplight/spectral-rulesets'

/** Lints the OpenAPI document with Spectral's and Redocly's rules. Exits with 1 when either finds anything. */
const ROOT = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'statuspulse-openapi-'))
try {
  const file = join(folder, 'openapi.json')
  execFileSync(process.execPath, [join(ROOT, 'scripts/openapi.ts'), file], { stdio: 'inherit' })
  const found = await lintWithSpectral(file)
  for (const { path, code, message } of found) console.error(`${path.join('.')}: ${message} (${code})`)
  console.log(`Spectral: ${found.length} findings`)
  if (found.length > 0) process.exitCode = 1
  lintWithRedocly(file)
} finally {
  rmSync(folder, { recursive: true })
}

async function lintWithSpectral(file: string) {
  const linter = new spectral.Spectral()
  linter.setRuleset({
    extends: [[rulesets.oas as never, 'recommended']],
    rules: { 'info-contact': 'off' },
  } as never)
  return linter.run(new spectral.Document(readFileSync(file, 'utf8'), parsers.Json, file))
}

function lintWithRedocly(file: string): void {
  const redocly = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js')
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  try {
    execFileSync(process.execPath, [redocly, 'lint', file, '--config', join(ROOT, 'redocly.yaml')], {
      stdio: 'inherit',
      env,
    })
  } catch {
    process.exitCode = 1
  }
}
