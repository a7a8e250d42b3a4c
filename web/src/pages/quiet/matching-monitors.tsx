import { useQuery } from '@tanstack/react-query'
import { checkGlob, parseGlob } from '../../../../src/ground/glob.ts'
import { monitorsQuery } from '../../api/queries.ts'

const LARGEST_PAGE = 200
const MOST_NAMED = 5

/** Which of the monitors that there are names and patterns match; empty: all. */
export function MatchingMonitors({ patterns }: { patterns: readonly string[] }) {
  const { data } = useQuery(monitorsQuery('', LARGEST_PAGE))
  const given = patterns.filter(pattern => pattern !== '')
  if (!data || given.some(pattern => checkGlob(pattern) !== null)) return null
  const globs = given.map(parseGlob)
  const names = data.data
    .map(({ name }) => name)
    .filter(name => globs.length === 0 || globs.some(glob => glob.matches(name)))
  const more = data.next_cursor !== null ? ' of the first 200' : ''
  return (
    <p role="status" className="text-sm text-muted">
      {names.length === 0
        ? `Matches none${more} of your monitors now; those to come count too.`
        : `Matches ${names.length}${more}: ${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ', …' : ''}`}
    </p>
  )
}
