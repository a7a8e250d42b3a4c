import { type Command, Option } from 'commander'
import { type Config, loadConfig, SETTINGS } from '../config.ts'
import { envOf, type Setting } from '../ground/settings.ts'
import { collect } from './collect.ts'

type Name = keyof Config

/** Adds the settings' flags, and `--config`. */
export function addSettings(command: Command, names: readonly Name[] = Object.keys(SETTINGS) as Name[]) {
  command.optionsGroup('Settings (by flag, by variable, or in the file):')
  for (const name of names) {
    const setting = SETTINGS[name] as Setting<unknown>
    command.addOption(optionOf(setting))
    // `--no-demo` says what `--demo false` says.
    if (setting.value === undefined) command.addOption(new Option(`--no-${setting.flag}`).hideHelp())
  }
  return command
    .option(
      '--config <file>',
      'settings file, YAML (STATUSPULSE_CONFIG, default statuspulse.config.yaml if there)',
    )
    .optionsGroup('Options:')
}

/** Reads the settings with the flags that the command was given. */
export function configOf(options: Readonly<Record<string, unknown>>): Config {
  const flags: Partial<Record<Name, unknown>> = {}
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const value = options[camelCase(setting.flag)]
    if (value !== undefined) flags[name as Name] = value
  }
  return loadConfig({ flags, file: options.config as string | undefined })
}

function optionOf(setting: Setting<unknown>): Option {
  const spelling = setting.alias ? `--${setting.alias}, --${setting.flag}` : `--${setting.flag}`
  const value = setting.value ? `<${setting.value}>` : '[true|false]'
  const fallback = defaultOf(setting.default)
  const about = `${setting.about} (${envOf(setting)}${fallback === null ? '' : `, default ${fallback}`})`
  const option = new Option(`${spelling} ${value}`, about)
  if (Array.isArray(setting.default)) option.argParser(collect)
  return option
}

function defaultOf(value: unknown): string | null {
  if (value === null || (Array.isArray(value) && value.length === 0)) return null
  return String(value)
}

function camelCase(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
