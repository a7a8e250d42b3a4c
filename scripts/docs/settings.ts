import { SETTINGS } from '../../src/config.ts'
import { envOf, keyOf, type Setting } from '../../src/ground/settings.ts'
import { table } from './table.ts'

/** Every setting, in the order of `src/config.ts`. */
export function settingsTable(): string {
  const rows = Object.values(SETTINGS as Record<string, Setting<unknown>>).map(setting => [
    `\`--${setting.flag}${setting.value ? ` <${setting.value}>` : ''}\``,
    `\`${envOf(setting)}\``,
    `\`${keyOf(setting)}\``,
    defaultOf(setting.default),
    setting.about +
      (setting.isSecret ? ` (secret: \`${envOf(setting)}_FILE\` may name a file that holds it)` : ''),
  ])
  return table(['flag', 'variable', 'file', 'default', 'meaning'], rows)
}

function defaultOf(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return ''
  return `\`${String(value)}\``
}
