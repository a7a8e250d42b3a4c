import { parseGlob } from '../ground/glob.ts'
import type { Severity } from '../ground/vocabulary.ts'
import { DEFAULTS } from './defaults.ts'
import { cleanText, type Labels, labelOf } from './labels.ts'
import { type MappingRule, type MappingRules, SOURCES, type Source } from './rules.ts'
import { compileTemplate, type Template } from './template.ts'
import { severityOfWord, stateOfWord } from './words.ts'

const MAX_REGION = 100
const MAX_SUMMARY = 1_000
const MAX_ENDPOINTS = 100
const MAX_ENDPOINT = 500
const MAX_FINGERPRINT = 200

/** What labels mean, by a workspace's rules and the defaults. A null: neither says. */
export interface Meaning {
  readonly monitor: string | null
  readonly severity: Severity
  readonly status: 'degraded' | 'down' | null
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly summary: string
  readonly state: 'firing' | 'resolved' | null
  readonly fingerprint: string | null
  readonly metric: string | null
  readonly scale: number
}

/** A workspace's rules, compiled: once, not for every alert. */
export interface Mapping {
  /** What the labels mean; null: a rule says to leave it out. */
  read(source: Source, labels: Labels): Meaning | null
}

interface Rule {
  readonly applies: (labels: Labels) => boolean
  readonly ignore: boolean
  readonly status: 'degraded' | 'down' | null
  readonly scale: number | null
  readonly templates: Readonly<Record<Field, readonly Template[]>>
}

const FIELDS = [
  'monitor',
  'severity',
  'region',
  'affected_endpoints',
  'summary',
  'state',
  'fingerprint',
  'metric',
] as const
type Field = (typeof FIELDS)[number]

/** @param rules as `mappingRules` takes them */
export function compileMapping(rules: MappingRules): Mapping {
  const words = new Map(
    Object.entries(rules.severities).map(([word, severity]) => [word.toLowerCase(), severity]),
  )
  const severityOf = (word: string) => words.get(word.toLowerCase()) ?? severityOfWord(word)
  const compiled = rules.rules.map(rule => ({ sources: rule.sources ?? SOURCES, rule: compileRule(rule) }))
  const ofSource = new Map(
    SOURCES.map(source => {
      const own = compiled.filter(({ sources }) => sources.includes(source)).map(({ rule }) => rule)
      return [source, [...own, defaultsOf(source)]]
    }),
  )
  return {
    read(source, labels) {
      const matching = (ofSource.get(source) as Rule[]).filter(rule => rule.applies(labels))
      const ignored = matching.findIndex(rule => rule.ignore)
      if (ignored >= 0 && !asksFor(matching.slice(0, ignored), labels)) return null
      return meaningOf(matching, labels, severityOf)
    },
  }
}

/** Whether one of the rules says which monitor or metric the labels are. */
function asksFor(rules: readonly Rule[], labels: Labels): boolean {
  return pick(rules, 'monitor', labels, asText) !== null || pick(rules, 'metric', labels, asText) !== null
}

function meaningOf(
  rules: readonly Rule[],
  labels: Labels,
  severityOf: (word: string) => Severity | null,
): Meaning {
  const text = (field: Field, max: number) => {
    const found = pick(rules, field, labels, asText)
    return found === null ? null : cleanText(found, max)
  }
  return {
    // Longer names are refused, not cut: two monitors must not become one.
    monitor: pick(rules, 'monitor', labels, asText),
    severity: pick(rules, 'severity', labels, severityOf) ?? 'warning',
    status: rules.find(rule => rule.status !== null)?.status ?? null,
    region: text('region', MAX_REGION),
    affectedEndpoints: affectedBy(rules, labels),
    summary: text('summary', MAX_SUMMARY) ?? '',
    state: pick(rules, 'state', labels, stateOf),
    fingerprint: text('fingerprint', MAX_FINGERPRINT),
    metric: pick(rules, 'metric', labels, asText),
    scale: rules.find(rule => rule.scale !== null)?.scale ?? 1,
  }
}

/** The first template that is complete and whose text means something. */
function pick<T>(
  rules: readonly Rule[],
  field: Field,
  labels: Labels,
  meaning: (text: string) => T | null,
): T | null {
  for (const { templates } of rules) {
    for (const template of templates[field]) {
      const text = template(labels)
      const found = text === null ? null : meaning(text)
      if (found !== null) return found
    }
  }
  return null
}

function asText(text: string): string {
  return text
}

/** `com.example.disk.recovered` is as good as `recovered`. */
function stateOf(text: string): 'firing' | 'resolved' | null {
  return stateOfWord(text) ?? stateOfWord(text.slice(text.lastIndexOf('.') + 1))
}

/** Of the first rule that names any. */
function affectedBy(rules: readonly Rule[], labels: Labels): readonly string[] {
  for (const { templates } of rules) {
    const named = templates.affected_endpoints.flatMap(template => template(labels)?.split(',') ?? [])
    const endpoints = [...new Set(named.map(one => cleanText(one.trim(), MAX_ENDPOINT)))].filter(
      one => one !== '',
    )
    if (endpoints.length > 0) return endpoints.slice(0, MAX_ENDPOINTS)
  }
  return []
}

function compileRule(rule: MappingRule): Rule {
  const matchers = Object.entries(rule.match).map(([name, pattern]) => {
    const { matches } = parseGlob(pattern)
    return (labels: Labels) => matches(labelOf(labels, name))
  })
  return {
    applies: labels => matchers.every(matches => matches(labels)),
    ignore: rule.ignore,
    status: rule.status ?? null,
    scale: rule.scale ?? null,
    templates: templatesOf(field => [rule[field] ?? []].flat()),
  }
}

function defaultsOf(source: Source): Rule {
  const templates = templatesOf(field => DEFAULTS[source][field])
  return {
    applies: () => true,
    ignore: false,
    status: null,
    scale: null,
    // kube-prometheus labels a port's name as `endpoint`: only what looks like a path or URL is one of ours.
    templates: { ...templates, affected_endpoints: templates.affected_endpoints.map(onlyPaths) },
  }
}

function onlyPaths(template: Template): Template {
  return labels => {
    const text = template(labels)
    return text?.includes('/') ? text : null
  }
}

function templatesOf(textsOf: (field: Field) => readonly string[]): Rule['templates'] {
  const entries = FIELDS.map(field => [field, textsOf(field).map(compileTemplate)] as const)
  return Object.fromEntries(entries) as Record<Field, Template[]>
}
