import { type Labels, labelOf } from './labels.ts'

/** Makes a text of labels; null: one of those that it names is missing or empty. */
export type Template = (labels: Labels) => string | null

const PLACE = /\{([^{}]*)\}/

/** Why a text cannot be used as a template, in words for whoever wrote it; null: it can. */
export function checkTemplate(text: string): string | null {
  const rest = text.replaceAll(new RegExp(PLACE, 'g'), (_, name: string) => (name.trim() === '' ? '{' : ''))
  return /[{}]/.test(rest) ? 'has a { or } that is no label, such as {service}' : null
}

/**
 * Compiles a template: `{label}` stands for the label's value, everything else for itself.
 * @param text as {@link checkTemplate} takes it
 */
export function compileTemplate(text: string): Template {
  // Texts at even places, names at odd ones.
  const parts = text.split(PLACE)
  return labels => {
    let filled = ''
    for (const [index, part] of parts.entries()) {
      const value = index % 2 === 0 ? part : labelOf(labels, part.trim())
      if (index % 2 === 1 && value === '') return null
      filled += value
    }
    return filled === '' ? null : filled
  }
}
