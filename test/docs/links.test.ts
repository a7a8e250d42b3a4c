import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allPages, proseOf, ROOT, textOf } from './pages.ts'

interface Link {
  readonly page: string
  readonly target: string
}

/** Links to files and headings of the checkout. */
function internalLinks(): Link[] {
  return allPages().flatMap(page =>
    [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => ({ page, target: target as string }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  )
}

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

describe('links', () => {
  test('lead to files that are there', () => {
    const broken = internalLinks().filter(({ page, target }) => {
      const path = target.replace(/#.*$/, '')
      return path !== '' && !existsSync(join(ROOT, dirname(page), path))
    })
    expect(broken).toEqual([])
  })

  test('lead to headings that are there', () => {
    const broken = internalLinks().filter(({ page, target }) => {
      const [path = '', anchor] = target.split('#')
      if (anchor === undefined) return false
      const file = path === '' ? page : normalize(join(dirname(page), path))
      return file.endsWith('.md') && !anchorsOf(file).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  test('reach every page of docs/ from its index', () => {
    const reached = new Set<string>()
    const visit = (page: string) => {
      if (reached.has(page)) return
      reached.add(page)
      for (const link of internalLinks().filter(one => one.page === page)) {
        const path = link.target.replace(/#.*$/, '')
        const file = path === '' ? page : normalize(join(dirname(page), path))
        if (file.endsWith('.md')) visit(file)
      }
    }
    visit('docs/README.md')
    expect(allPages().filter(page => page.startsWith('docs/') && !reached.has(page))).toEqual([])
  })
})

describe('decision records', () => {
  const records = readdirSync(join(ROOT, 'docs/adr')).filter(name => /^\d{4}-/.test(name))

  test('are numbered from 0001 without a gap, each number once', () => {
    const expected = records.map((_, index) => String(index + 1).padStart(4, '0'))
    expect(records.map(name => name.slice(0, 4)).sort()).toEqual(expected)
  })

  test('say their number in their heading, and stand in the index', () => {
    const index = textOf('docs/adr/README.md')
    for (const name of records) {
      const heading = /^# (\d{4}): (.+)$/m.exec(textOf(`docs/adr/${name}`))
      expect(heading?.[1], name).toBe(name.slice(0, 4))
      expect(index).toContain(`| [${heading?.[1]}](${name}) | ${heading?.[2]} |`)
    }
  })

  test('fit on a page', () => {
    for (const name of records) expect(textOf(`docs/adr/${name}`).split('\n').length, name).toBeLessThan(60)
  })

  test('that the code names are there', () => {
    const named = filesOf('src').flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/docs\/adr\/(\d{4})/g)].map(([, number]) => number as string),
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(number => !records.some(name => name.startsWith(number)))).toEqual([])
  })
})

describe('file names in the text', () => {
  test('name files that are there', () => {
    const missing = allPages()
      .filter(page => !page.startsWith('sdk/'))
      .flatMap(page =>
        [...proseOf(page).matchAll(/`((?:src|test|docs|bench|sdk|scripts|bin)\/[\w./-]+)`/g)].map(
          ([, path]) => ({ page, path: path as string }),
        ),
      )
      .filter(({ path }) => !existsSync(join(ROOT, path)))
    expect(missing).toEqual([])
  })
})

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map(name => join(ROOT, folder, name))
    .filter(file => statSync(file).isFile())
}
