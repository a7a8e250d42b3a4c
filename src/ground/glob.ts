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

/** One character of a name, by its code point. */
type OneOf = (code: number) => boolean

/** Any characters. */
const ANY = null
const anyOne: OneOf = () => true

/**
 * Goes back to the last `*` only: an earlier one could take nothing that this one cannot. So it takes at most
 * pattern times name steps, where a regular expression with many `*` takes ages.
 */
function compile(text: string): (name: string) => boolean {
  const pattern = tokensOf([...text])
  return name => {
    let at = 0
    let next = 0
    let afterStar = -1
    let starAt = 0
    while (at < name.length) {
      const token = pattern[next]
      if (token === ANY) {
        afterStar = ++next
        starAt = at
      } else if (token?.(name.codePointAt(at) as number)) {
        at = after(name, at)
        next++
      } else if (afterStar >= 0) {
        starAt = at = after(name, starAt)
        next = afterStar
      } else {
        return false
      }
    }
    return pattern.slice(next).every(token => token === ANY)
  }
}

function after(name: string, at: number): number {
  return at + ((name.codePointAt(at) as number) > 0xffff ? 2 : 1)
}

function tokensOf(chars: readonly string[]): (OneOf | typeof ANY)[] {
  const tokens: (OneOf | typeof ANY)[] = []
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string
    if (char === '*') {
      if (tokens.at(-1) !== ANY) tokens.push(ANY)
    } else if (char === '?') tokens.push(anyOne)
    else if (char === '[') {
      const end = endOfSet(chars, at)
      tokens.push(setOf(chars.slice(at + 1, end)))
      at = end
    } else if (char === ']') throw new SyntaxError('a ] without its [')
    else tokens.push(exactly(char === '\\' ? charAfter(chars, at++) : char))
  }
  return tokens
}

/** The `]` that ends a set; one at its very beginning is a member. */
function endOfSet(chars: readonly string[], start: number): number {
  const first = start + (isNegation(chars[start + 1]) ? 2 : 1)
  for (let at = first; at < chars.length; at++) {
    if (chars[at] === '\\') at++
    else if (chars[at] === ']' && at > first) return at
  }
  throw new SyntaxError('a [ without its ]')
}

function setOf(chars: readonly string[]): OneOf {
  const negated = isNegation(chars[0])
  const ranges: [number, number][] = []
  for (let at = negated ? 1 : 0; at < chars.length; at++) {
    const from = chars[at] === '\\' ? charAfter(chars, at++) : (chars[at] as string)
    let to = from
    if (chars[at + 1] === '-' && at + 2 < chars.length) {
      at += 2
      to = chars[at] === '\\' ? charAfter(chars, at++) : (chars[at] as string)
    }
    ranges.push([from.codePointAt(0) as number, to.codePointAt(0) as number])
  }
  return code => ranges.some(([from, to]) => from <= code && code <= to) !== negated
}

function isNegation(char: string | undefined): boolean {
  return char === '!' || char === '^'
}

function exactly(char: string): OneOf {
  const wanted = char.codePointAt(0)
  return code => code === wanted
}

/** What a backslash takes. */
function charAfter(chars: readonly string[], at: number): string {
  const char = chars[at + 1]
  if (char === undefined) throw new SyntaxError('a \\ that takes nothing')
  return char
}
