import picomatch from 'picomatch'

/** A pattern of monitor names, ready to be held against names. */
export interface Glob {
  readonly matches: (name: string) => boolean
  /** What every matching name starts with, as far as the pattern says. */
  readonly prefix: string
  /** What every matching name ends with, as far as the pattern says. */
  readonly suffix: string
}

/** `*` any characters, `?` one, `[a-z]` and `[!a-z]` one of a set, `\` takes the next character as it is. */
const SPECIAL = /[*?[\]\\]/

const OPTIONS = {
  dot: true,
  posix: true,
  noextglob: true,
  nobrace: true,
  nonegate: true,
  strictBrackets: true,
}

/** Whether the text is a pattern; if not, it is the exact name of one monitor. */
export function isGlob(text: string): boolean {
  return SPECIAL.test(text)
}

/** Why a text cannot be used as a glob or exact name, in words for whoever wrote it; null: it can. */
export function checkGlob(text: string): string | null {
  if (!isGlob(text)) return null
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text))
    return 'ends with a \\ that takes nothing; write \\\\ for the character itself'
  try {
    compile(text)
    return null
  } catch {
    return 'has a [ or ] without its other half; write \\[ or \\] for the character itself'
  }
}

/**
 * Compiles a pattern.
 * @throws SyntaxError for what {@link checkGlob} refuses
 */
export function parseGlob(text: string): Glob {
  const matches = compile(text)
  const first = text.search(SPECIAL)
  // A suffix that may be part of a set or escaped is not worth the care.
  const last = text.search(/[^*?[\]\\]*$/)
  return { matches, prefix: text.slice(0, first), suffix: text.slice(last) }
}

/**
 * picomatch knows paths: it treats `/` and a few more characters as special. Names are flat text, so
 * what is special to it and not to us is escaped, and `/` is another character on both sides.
 */
function compile(text: string): (name: string) => boolean {
  const pattern = text.replace(/\\.|\*+|[^\w\s?[\]\\!^/-]/gsu, part => {
    if (part.startsWith('\\')) return part
    return part.startsWith('*') ? '*' : `\\${part}`
  })
  const matches = picomatch(flat(pattern), OPTIONS)
  return name => matches(flat(name))
}

function flat(text: string): string {
  return text.replaceAll('/', '\u0001')
}
