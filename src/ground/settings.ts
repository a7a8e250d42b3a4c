import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import type { z } from 'zod'
import { closest } from './closest.ts'
import { type FieldError, messageOf, Problem } from './errors.ts'
import { readSettingsFile } from './settings-file.ts'

/** One thing that can be set. */
export interface Setting<T> {
  /** Without its dashes; environment variable and file key are made of it. */
  readonly flag: string
  /** A second spelling of the flag. */
  readonly alias?: string
  /** Where it is not `STATUSPULSE_` and the flag. */
  readonly env?: string
  /** What the flag's value is called in the help; none: the flag alone means true. */
  readonly value?: string
  /** Relative ones count from the current folder, in a file from that file's. */
  readonly isPath?: boolean
  /** Never printed; `<env>_FILE` may name a file that holds it. */
  readonly isSecret?: boolean
  /** Takes the text of a flag or variable, and a value of the file. */
  readonly schema: z.ZodType<T>
  readonly default: T
  readonly about: string
}

/** The table of a program's settings. */
type Table<C> = { readonly [K in keyof C]: Setting<C[K]> }

interface Sources<C> {
  readonly flags: Readonly<Partial<Record<keyof C, unknown>>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly file: string | undefined
}

const ENV_PREFIX = 'STATUSPULSE_'
const CONFIG_ENV = 'STATUSPULSE_CONFIG'
const DEFAULT_FILE = 'statuspulse.config.yaml'

/** Variables of the command line's that are no settings of the server. */
const OTHER_ENV = [CONFIG_ENV, 'STATUSPULSE_URL', 'STATUSPULSE_TOKEN']

/** A value, where it was found, and the folder that a relative path in it counts from. */
interface Found {
  readonly value: unknown
  readonly where: string
  readonly base: string
}

interface ConfigFile {
  readonly path: string
  readonly label: string
  readonly entries: ReturnType<typeof readSettingsFile>['entries']
}

/** The environment variable of a setting. */
export function envOf(setting: Pick<Setting<unknown>, 'flag' | 'env'>): string {
  return setting.env ?? ENV_PREFIX + setting.flag.replaceAll('-', '_').toUpperCase()
}

/** The key of a setting in a file. */
export function keyOf(setting: Pick<Setting<unknown>, 'flag'>): string {
  return setting.flag.replaceAll('-', '_')
}

/**
 * Reads and validates every setting of the table: flag, variable, file, default, in this order.
 * @throws Problem `invalid-configuration` with every fault
 */
export function readSettings<C extends object>(table: Table<C>, sources: Sources<C>): C {
  const faults: FieldError[] = []
  const file = openFile(sources, faults)
  refuseUnknown(table, sources.env, file, faults)
  const config: Partial<C> = {}
  for (const name of Object.keys(table) as (keyof C)[]) {
    const setting = table[name]
    const found = find(setting, sources.flags[name], sources, file, faults)
    const raw = found?.value ?? setting.default
    const base = found?.base ?? sources.cwd
    const value = setting.isPath && typeof raw === 'string' ? resolve(base, raw) : raw
    if (!found) {
      config[name] = value as C[keyof C]
      continue
    }
    const result = setting.schema.safeParse(value)
    if (result.success) config[name] = result.data
    else faults.push({ path: found.where, message: explain(result.error, setting, found.value) })
  }
  if (faults.length > 0) throw invalidSettings(faults)
  return config as C
}

function find<T>(
  setting: Setting<T>,
  flag: unknown,
  { env, cwd }: Pick<Sources<object>, 'env' | 'cwd'>,
  file: ConfigFile | null,
  faults: FieldError[],
): Found | null {
  if (flag !== undefined) return { value: flag, where: `--${setting.flag}`, base: cwd }
  const variable = envOf(setting)
  if (env[variable]) return { value: env[variable], where: variable, base: cwd }
  const secretFile = setting.isSecret && env[`${variable}_FILE`]
  if (secretFile) return readSecret(resolve(cwd, secretFile), `${variable}_FILE`, cwd, faults)
  const entry = file?.entries?.get(keyOf(setting))
  if (!file || !entry || entry.value === null) return null
  return {
    value: entry.value,
    where: `${file.label}:${entry.line} ${keyOf(setting)}`,
    base: dirname(file.path),
  }
}

function readSecret(file: string, where: string, base: string, faults: FieldError[]): Found | null {
  try {
    return { value: readFileSync(file, 'utf8').trim(), where, base }
  } catch (error) {
    faults.push({ path: where, message: `cannot be read: ${messageOf(error)}` })
    return null
  }
}

function openFile(
  { env, cwd, file }: Pick<Sources<object>, 'env' | 'cwd' | 'file'>,
  faults: FieldError[],
): ConfigFile | null {
  const named = file ?? (env[CONFIG_ENV] || undefined)
  const path = resolve(cwd, named ?? DEFAULT_FILE)
  const read = readSettingsFile(path)
  const label = relative(cwd, path).startsWith('..') ? path : relative(cwd, path)
  for (const { line, message } of read.faults)
    faults.push({ path: line === null ? label : `${label}:${line}`, message })
  if (read.entries) return { path, label, entries: read.entries }
  if (named !== undefined)
    faults.push({ path: file === undefined ? CONFIG_ENV : '--config', message: `there is no file ${path}` })
  return null
}

/** Unknown keys of the file, and variables that are a slip of the pen away from one of ours. */
function refuseUnknown<C extends object>(
  table: Table<C>,
  env: Sources<C>['env'],
  file: ConfigFile | null,
  faults: FieldError[],
): void {
  const settings = Object.values(table) as Setting<unknown>[]
  const keys = settings.map(keyOf)
  for (const [key, { line }] of file?.entries ?? []) {
    if (keys.includes(key)) continue
    const meant = closest(key, keys)
    const message = `no such setting${meant ? `; did you mean ${meant}?` : ''}`
    faults.push({ path: `${file?.label}:${line} ${key}`, message })
  }
  const secrets = settings.filter(setting => setting.isSecret).map(setting => `${envOf(setting)}_FILE`)
  const variables = [...settings.map(envOf), ...secrets, ...OTHER_ENV]
  for (const name of Object.keys(env)) {
    if (!name.startsWith(ENV_PREFIX) || variables.includes(name)) continue
    // Others may well have variables that start like ours: Kubernetes makes some of every service's name.
    const meant = closest(name, variables)
    if (meant) faults.push({ path: name, message: `no such setting; did you mean ${meant}?` })
  }
}

function explain(error: z.ZodError, setting: Setting<unknown>, given: unknown): string {
  const said = error.issues.map(issue => issue.message).join('; ')
  const shown = typeof given === 'string' ? JSON.stringify(given) : String(given)
  if (setting.isSecret || !said.startsWith('must be ')) return said
  const hint = /^tcp:\/\//.test(String(given))
    ? ' (Kubernetes sets this for a service of that name: set enableServiceLinks: false)'
    : ''
  return `${said}, not ${shown}${hint}`
}

export function invalidSettings(faults: readonly FieldError[]): Problem {
  const detail = faults.map(({ path, message }) => `${path}: ${message}`).join('\n')
  return new Problem(400, 'invalid-configuration', 'Invalid configuration', detail, { errors: faults })
}
