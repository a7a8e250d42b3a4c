import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A fenced block of a page. Of ```` ```sh background ready="is ready" ````, `attributes` is `{ background: '', ready: 'is ready' }`. */
export interface Block {
  readonly page: string
  /** Of its first line. */
  readonly line: number
  readonly language: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
}

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Every page for people: paths from the root of the checkout. */
export function allPages(): string[] {
  const pagesIn = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.md') && !name.includes('node_modules'))
      .map(name => join(folder, name))
  const atRoot = readdirSync(ROOT).filter(name => name.endsWith('.md'))
  return [...atRoot, ...pagesIn('docs'), ...pagesIn('sdk')].sort()
}

/** The text of a page. */
export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  const lines = textOf(page).split('\n')
  for (let at = 0; at < lines.length; at++) {
    const [, indent, fence, info] = /^( *)(`{3,})(.*)$/.exec(lines[at] as string) ?? []
    if (indent === undefined) continue
    const end = lines.indexOf(`${indent}${fence}`, at + 1)
    if (end < 0) throw new Error(`${page}:${at + 1}: the block has no end`)
    const [, language = '', rest = ''] = /^\s*(\S*)(.*)$/.exec(info as string) ?? []
    const text = lines
      .slice(at + 1, end)
      .map(line => line.slice(indent.length))
      .join('\n')
    blocks.push({ page, line: at + 2, language, attributes: attributesOf(rest), text })
    at = end
  }
  return blocks
}

/** The text of a page without its fenced blocks, line for line. */
export function proseOf(page: string): string {
  return textOf(page).replace(/^( *`{3,}).*\n[\s\S]*?^\1$/gm, block => block.replace(/[^\n]/g, ''))
}

function attributesOf(info: string): Record<string, string> {
  const found = [...info.matchAll(/([a-z-]+)(?:="([^"]*)"|='([^']*)')?/g)]
  return Object.fromEntries(found.map(([, name, double, single]) => [name, double ?? single ?? '']))
}
