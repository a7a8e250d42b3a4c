/** A text in which variables were put in. */
export interface Interpolated {
  readonly text: string
  /** Names of the variables that it held. */
  readonly names: readonly string[]
  /** What is wrong with it, in words. */
  readonly faults: readonly string[]
}

const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g
const NAMED = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s

/**
 * Puts the environment's values in place of `${NAME}` and `${NAME:-default}` (which also takes the place of an
 * empty value). `$${` stands for `${` itself.
 */
export function interpolate(
  template: string,
  env: Readonly<Record<string, string | undefined>>,
): Interpolated {
  const names: string[] = []
  const faults: string[] = []
  const text = template.replace(REFERENCE, (found: string, inner: string | undefined) => {
    if (inner === undefined) return '${'
    const [, name, fallback] = (found.endsWith('}') && NAMED.exec(inner)) || []
    if (name === undefined) {
      faults.push('has a ${ that begins no ${NAME}: write $${ for the characters themselves')
      return found
    }
    names.push(name)
    const value = env[name]
    if (fallback !== undefined) return value ? value : fallback
    if (value === undefined) faults.push(`the environment has no variable ${name}`)
    return value ?? ''
  })
  return { text, names, faults }
}

/** A text that {@link interpolate} leaves as it is. */
export function escaped(text: string): string {
  // A function: in a text, $$ would stand for a single $.
  return text.replaceAll('${', () => '$${')
}
