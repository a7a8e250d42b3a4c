import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config'
// @ts-expect-error -- a tool's configuration, in plain JavaScript
import rules from '../.dependency-cruiser.mjs'

/**
 * Holds the imports of src/ against the rooms of ARCHITECTURE.md. Counts what was read as well: a tool
 * that cannot parse TypeScript finds no module and no fault.
 */
const LEAST_MODULES = 100

const { options, ...ruleSet } = rules
const { output } = await cruise(
  ['src'],
  { ...options, ruleSet, validate: true },
  {},
  { tsConfig: extractTsConfig('tsconfig.json') },
)
const { summary } = output as ICruiseResult
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`)
console.log(`rooms: ${summary.totalCruised} modules read, ${summary.violations.length} violations`)
if (summary.violations.length > 0 || summary.totalCruised < LEAST_MODULES) process.exitCode = 1
