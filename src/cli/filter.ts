import type { Command } from 'commander'
import { collect } from './collect.ts'

/** Flags that say which events are wanted. */
export interface FilterOptions {
  readonly monitors?: string[]
  readonly excludeMonitors?: string[]
  readonly severities?: string[]
  readonly eventTypes?: string[]
  readonly regions?: string[]
}

/** Adds the flags of a filter; each may be repeated, and takes several words separated by commas. */
export function addFilterOptions(command: Command): Command {
  return command
    .optionsGroup('Filter (repeat, or separate by commas; left out: all):')
    .option('--monitors <names>', "monitor names and globs: 'api-*'", collectList)
    .option('--exclude-monitors <names>', 'names and globs that are not wanted', collectList)
    .option('--severities <severities>', 'critical, warning, info', collectList)
    .option('--event-types <types>', 'incident.opened, status.changed, …', collectList)
    .option('--regions <regions>', 'regions', collectList)
}

/** The filter in the API's words: only what was given. */
export function filterOf(options: FilterOptions) {
  return {
    ...(options.monitors && { monitors: options.monitors }),
    ...(options.excludeMonitors && { exclude_monitors: options.excludeMonitors }),
    ...(options.severities && { severities: options.severities }),
    ...(options.eventTypes && { event_types: options.eventTypes }),
    ...(options.regions && { regions: options.regions }),
  }
}

function collectList(value: string, before: readonly string[] = []): string[] {
  return value
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
    .reduce<string[]>((all, part) => collect(part, all), [...before])
}
