import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildConsole } from './console-pages.ts'
import { type Scene, startScene } from './scene.ts'

/**
 * Lighthouse looks at the console's pages. It is not among our dependencies, being larger than all of them:
 *
 *     npm install --no-save lighthouse@13.5.0
 *     npx vitest run test/browser/lighthouse.heavy.test.ts
 *
 * LIGHTHOUSE_AT names a folder that has it in its node_modules. Skipped where it is not installed; CI installs it.
 */
const PAGES = ['sign-in', 'overview', 'deliveries', 'live', 'webhooks', 'monitors', 'incidents'] as const
const LEAST = 95
const PORT = 9_333
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const
const FIGURES = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'total-blocking-time',
  'cumulative-layout-shift',
]

interface Report {
  readonly lhr: {
    readonly environment: { readonly benchmarkIndex: number }
    readonly categories: Readonly<Record<string, { score: number | null }>>
    readonly audits: Readonly<
      Record<
        string,
        { id: string; title: string; score: number | null; displayValue?: string; numericValue?: number }
      >
    >
  }
}
type Lighthouse = (url: string, flags: object, config: object | undefined, page: unknown) => Promise<Report>

const require = createRequire(join(process.env.LIGHTHOUSE_AT ?? process.cwd(), 'package.json'))
const installed = await load()

describe.skipIf(!installed)('Lighthouse', () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    await buildConsole()
    scene = await startScene()
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? (await sparticuz.executablePath()),
      args: ['--no-sandbox', `--remote-debugging-port=${PORT}`],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  describe.each(['mobile', 'desktop'] as const)('as a %s', device => {
    // Accessibility is judged; performance is printed, as a machine that has no time for the page makes it slow.
    it.each(PAGES)(`gives %s ${LEAST} or more`, { retry: 2 }, async name => {
      const { accessibility, text } = await look(name, device)
      console.log(`lighthouse ${device} ${name}: ${text}`)
      expect(accessibility).toBeGreaterThanOrEqual(LEAST)
    })
  })

  async function look(name: (typeof PAGES)[number], device: 'mobile' | 'desktop') {
    const { lighthouse, puppeteer, desktop } = installed!
    const connected = await puppeteer.connect({ browserURL: `http://127.0.0.1:${PORT}` })
    const page = await connected.newPage()
    if (name !== 'sign-in')
      await page.evaluateOnNewDocument(`sessionStorage.setItem('statuspulse.key', '${scene.app.token}')`)
    const flags = {
      port: PORT,
      onlyCategories: CATEGORIES,
      disableStorageReset: true,
      logLevel: 'silent',
      // A stream never ends: it is no load to wait for.
      maxWaitForLoad: 20_000,
    }
    const config = device === 'desktop' ? desktop : undefined
    const url = `${scene.app.url}/${name === 'sign-in' ? 'overview' : name}`
    const { lhr } = await lighthouse(url, flags, config, page)
    await page.close()
    await connected.disconnect()
    const scoreOf = (one: string) => Math.round((lhr.categories[one]?.score ?? 0) * 100)
    const figures = FIGURES.map(audit => `${audit} ${lhr.audits[audit]?.displayValue}`)
    const faults = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 0.9)
    const text = [
      `${CATEGORIES.map(one => `${one} ${scoreOf(one)}`).join(', ')} (${figures.join(', ')}; `,
      `benchmark index ${lhr.environment.benchmarkIndex})`,
      ...faults.map(({ id, displayValue }) => `\n  ${id} ${displayValue ?? ''}`),
    ].join('')
    return { accessibility: scoreOf('accessibility'), text }
  }
})

async function load() {
  try {
    const resolve = (name: string) => import(pathToFileURL(require.resolve(name)).href)
    const [{ default: lighthouse, desktopConfig }, { default: puppeteer }] = await Promise.all([
      resolve('lighthouse'),
      resolve('puppeteer-core'),
    ])
    return { lighthouse: lighthouse as Lighthouse, puppeteer, desktop: desktopConfig as object }
  } catch {
    return null
  }
}
