import { createRequire } from 'node:module'
import type * as Cards from 'adaptivecards'
import { expect } from 'vitest'

// Its main file is for bundlers; this one runs.
const cards: typeof Cards = createRequire(import.meta.url)('adaptivecards/dist/adaptivecards.js')

/** Fails when Microsoft's own library finds anything wrong with the card of a message to Teams, by version 1.5. */
export function expectValidCard(body: string): void {
  const context = new cards.SerializationContext(cards.Versions.v1_5)
  const card = new cards.AdaptiveCard()
  card.parse(JSON.parse(body).attachments[0].content, context)
  const read = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message)
  const { validationEvents } = card.validateProperties()
  expect([...read, ...validationEvents.map(({ message }) => message)]).toEqual([])
}
