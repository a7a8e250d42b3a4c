import { expect } from 'vitest'
import type { DecidedEvent, Decision } from '../../src/decide/decision.ts'
import { SEVERITIES, type Severity, type Status } from '../../src/ground/vocabulary.ts'

interface Told {
  open: boolean
  worst: Severity
}

/**
 * Somebody who gets every event, knows nothing else, and complains about what makes no sense: what
 * was not opened is updated or resolved, two incidents are open at once, an end is told twice, or at
 * another severity than the worst that was told.
 */
export class Receiver {
  readonly incidents = new Map<string, Told>()
  readonly breaches = new Set<string>()
  status: Status | null = null

  take({ events }: Decision): void {
    for (const event of events) this.#take(event)
  }

  get open(): string[] {
    return [...this.incidents].filter(([, { open }]) => open).map(([id]) => id)
  }

  #take(event: DecidedEvent): void {
    this.status = event.status
    const { eventType, severity, metadata } = event
    const id = event.incidentId ?? ''
    switch (eventType) {
      case 'incident.opened':
        expect(this.incidents.has(id), 'an incident is opened once').toBe(false)
        expect(this.open, 'one incident is open at a time').toEqual([])
        this.incidents.set(id, { open: true, worst: severity })
        return
      case 'incident.updated':
      case 'incident.acknowledged':
        this.#known(id).worst = worst(this.#known(id).worst, severity)
        return
      case 'incident.resolved':
        expect(severity, 'the end is told at the worst severity that was told').toBe(this.#known(id).worst)
        expect(metadata.duration_s).toBeGreaterThanOrEqual(0)
        this.#known(id).open = false
        return
      case 'metric.breached':
        expect(this.breaches.has(String(metadata.threshold)), 'a breach is told once').toBe(false)
        this.breaches.add(String(metadata.threshold))
        return
      case 'metric.cleared':
        expect(this.breaches.delete(String(metadata.threshold)), 'what is cleared was told').toBe(true)
        return
      case 'status.changed':
        expect(event.incidentId).toBe(null)
    }
  }

  #known(id: string): Told {
    const told = this.incidents.get(id)
    expect(told?.open, `the incident ${id} is open`).toBe(true)
    return told!
  }
}

/** Follows the incidents themselves, told or not: each begins once, ends once, and everything of it is on record. */
export class Record {
  readonly #begun = new Set<string>()
  readonly #ended = new Set<string>()
  readonly #openingsSent = new Set<string>()
  readonly #heldOf = new Set<string>()

  take({ events, suppressed, incident }: Decision): void {
    for (const { incidentId, eventType } of events) {
      if (eventType === 'incident.opened') this.#openingsSent.add(incidentId!)
    }
    const held = suppressed.filter(({ reason }) => reason !== 'duplicate').map(({ event }) => event)
    for (const { incidentId, eventType } of held) {
      if (incidentId !== null) this.#heldOf.add(incidentId)
      if (eventType !== 'incident.resolved') continue
      expect(this.#openingsSent.has(incidentId!), 'only an end whose beginning was held is held').toBe(false)
    }
    for (const { incidentId, eventType, severity } of [...events, ...held]) {
      if (eventType === 'incident.opened') this.#begun.add(incidentId!)
      if (eventType !== 'incident.resolved') continue
      expect(this.#begun.has(incidentId!), 'what ends has begun').toBe(true)
      expect(this.#ended.has(incidentId!), 'it ends once').toBe(false)
      this.#ended.add(incidentId!)
      if (!this.#heldOf.has(incidentId!)) expect(severity).toBe(incident?.highestSeverity)
    }
  }

  get open(): string[] {
    return [...this.#begun].filter(id => !this.#ended.has(id))
  }
}

function worst(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) < SEVERITIES.indexOf(b) ? a : b
}
