import jsonata from 'jsonata'

/** UTF-16 units of a template. */
export const MOST_TEMPLATE = 16_384
/** Of what a template makes, as UTF-8: as much as an event may have. */
export const MOST_BODY_BYTES = 256 * 1024

/** What a template is applied to. The same for every attempt of a delivery, so that the bytes are the same too. */
export interface Rendering {
  readonly template: string
  /** The event's payload, JSON. */
  readonly payload: string
  /** `$delivery` in the template. `accepted_at`: ms since the epoch; the time that `$now()` gives. */
  readonly delivery: {
    readonly id: string
    readonly endpoint_id: string
    readonly accepted_at: number
    readonly dry_run: boolean
  }
}

/** A template that cannot be read, or that makes nothing that can be sent; the message is for its author. */
export class TemplateError extends Error {
  /** Where in the template, from 1, in UTF-16 units; null: not known. */
  readonly position: number | null
  /** Whether another try may go better: the machine was busy, perhaps. */
  readonly retry: boolean

  constructor(message: string, options: { position?: number | null; retry?: boolean } = {}) {
    super(message)
    this.name = 'TemplateError'
    this.position = options.position ?? null
    this.retry = options.retry ?? false
  }

  /** As an attempt's record has it. */
  get forRecord(): string {
    return `The payload template failed: ${this.message}${placeOf(this.position)}`
  }
}

/** Why a text is no JSONata expression, or null: it is one. Nothing is evaluated. */
export function checkTemplate(template: string): string | null {
  try {
    jsonata(template)
    return null
  } catch (error) {
    const { message, position } = faultOf(error)
    return `is not valid JSONata: ${message}${placeOf(position)}`
  }
}

/** An error of JSONata as one line and a place. */
export function faultOf(error: unknown): { message: string; position: number | null } {
  const { message, position } = error as { message?: unknown; position?: unknown }
  return {
    message: String(message ?? error)
      .replaceAll(/\s+/g, ' ')
      .slice(0, 500),
    position: typeof position === 'number' ? position : null,
  }
}

function placeOf(position: number | null): string {
  return position === null ? '' : ` (at character ${position})`
}
