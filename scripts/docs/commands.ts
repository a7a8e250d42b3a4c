import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const LAUNCHER = fileURLToPath(new URL('../../bin/statuspulse.js', import.meta.url))

const run = promisify(execFile)

/** `commands`: what `--help` prints, of the program and of every command. */
export async function commandBlocks(): Promise<{ commands: string }> {
  const root = await help([])
  const sections = await Promise.all(commandsIn(root).map(name => sectionsOf([name])))
  return { commands: [section([], root), ...sections.flat()].join('\n\n') }
}

async function sectionsOf(path: readonly string[]): Promise<string[]> {
  const text = await help(path)
  const inner = await Promise.all(commandsIn(text).map(name => sectionsOf([...path, name])))
  return [section(path, text), ...inner.flat()]
}

function section(path: readonly string[], text: string): string {
  const heading = `${'#'.repeat(2 + Math.max(0, path.length - 1))} \`${['statuspulse', ...path].join(' ')}\``
  return `${heading}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``
}

async function help(path: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [LAUNCHER, ...path, '--help'], {
    env: { PATH: process.env.PATH },
  })
  return stdout
}

/** Names of the commands that a help text lists: under every heading that is not one of options or arguments. */
function commandsIn(text: string): string[] {
  const names: string[] = []
  let isListing = false
  for (const line of text.split('\n')) {
    if (/^\S.*:$/.test(line)) isListing = /^(Commands|The server|A running server|Files):$/.test(line)
    const name = isListing ? /^ {2}([a-z][a-z-]*)/.exec(line)?.[1] : undefined
    if (name && name !== 'help') names.push(name)
  }
  return names
}
