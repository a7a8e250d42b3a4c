import { execFileSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { TestApp } from '../helpers/app.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LOCK = join(tmpdir(), 'statuspulse-console-build')
const LONGEST_BUILD_MS = 120_000
/** A page that does not get there in this time does not work, ms; machines that do much at once are slow. */
const PATIENCE_MS = 20_000

export const SIZES = {
  desktop: { width: 1360, height: 900 },
  phone: { width: 390, height: 844 },
} as const
export type Size = keyof typeof SIZES
export type Theme = 'light' | 'dark'

/** Starts Chromium. @returns null, and says why, where it cannot run */
export async function launchChromium(): Promise<Browser | null> {
  await buildConsole()
  try {
    return await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? (await sparticuz.executablePath()),
      args: ['--no-sandbox'],
      // Where the package unpacks its fonts, in `fonts`.
      env: { ...process.env, XDG_DATA_HOME: tmpdir() },
    })
  } catch (error) {
    console.warn(`Browser tests are skipped: Chromium cannot run here. ${String(error).split('\n')[0]}`)
    console.warn('Set CHROMIUM_PATH to one that can, or install its libraries (libnss3 and what it names).')
    return null
  }
}

/** The console that is served is the one of the sources: built where it is not, by one test file at a time. */
export async function buildConsole(): Promise<void> {
  while (!isBuilt()) {
    try {
      await mkdir(LOCK)
    } catch {
      // Somebody builds it; or was killed while he did.
      await new Promise(resolve => setTimeout(resolve, 100))
      const lockedAt = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
      if (Date.now() - lockedAt > LONGEST_BUILD_MS) await rm(LOCK, { recursive: true, force: true })
      continue
    }
    try {
      if (!isBuilt()) execFileSync(process.execPath, [`${ROOT}scripts/build-web.ts`], { stdio: 'inherit' })
    } finally {
      await rm(LOCK, { recursive: true, force: true })
    }
  }
}

function isBuilt(): boolean {
  const built = `${ROOT}web/dist/index.html`
  const sources = globSync('web/{src,public}/**/*.*', { cwd: ROOT }).map(
    file => statSync(ROOT + file).mtimeMs,
  )
  return existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources)
}

/** A page of the console, and everything that went wrong on it. */
export interface ConsolePage {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts, refusals of the content policy, and requests to anywhere else. */
  readonly faults: readonly string[]
}

/** @param options.token signs in with it, before the page is opened; `cookie` with a session of somebody's */
export async function openConsole(
  browser: Browser,
  app: TestApp,
  options: { size: Size; theme: Theme; token?: string; cookie?: string },
): Promise<ConsolePage> {
  const context = await browser.newContext({
    baseURL: app.url,
    viewport: SIZES[options.size],
    colorScheme: options.theme,
    reducedMotion: 'reduce',
    hasTouch: options.size === 'phone',
    locale: 'en-GB',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(PATIENCE_MS)
  if (options.token) {
    await context.addInitScript(token => sessionStorage.setItem('statuspulse.key', token), options.token)
  }
  if (options.cookie) {
    const [name = '', value = ''] = options.cookie.split('=')
    await context.addCookies([{ name, value, url: app.url, httpOnly: true, sameSite: 'Lax' }])
  }
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', message => {
    // A refusal that the page shows to its reader is no fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text())
  })
  page.on('request', request => {
    if (new URL(request.url()).origin !== app.url) faults.push(`request to ${request.url()}`)
  })
  return { page, context, faults }
}
