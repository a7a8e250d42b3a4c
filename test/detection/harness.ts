import { expect } from 'vitest'
import { newApiKey } from '../../src/store/api-keys.ts'
import type { TestApp } from '../helpers/app.ts'
import { createTestDatabase } from '../helpers/postgres.ts'
import type { ReceivedRequest, Receiver } from '../helpers/receiver.ts'

/** A payload as it arrived, and when; ms since the epoch. */
export interface Arrived {
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
  readonly payload: any
  readonly arrivedAt: number
}

/** Resolves with what a receiver got of a monitor, once there is that much. */
export async function arrivedOf(receiver: Receiver, monitorName: string, count: number): Promise<Arrived[]> {
  for (let least = count; ; ) {
    const requests = await receiver.received(least)
    const found = requests.map(asArrived).filter(({ payload }) => payload.monitor_name === monitorName)
    if (found.length >= count) return found
    least = requests.length + 1
  }
}

/** What a receiver has got of a monitor so far, in short: `incident.opened critical down`. */
export function toldOf(receiver: Receiver, monitorName: string): string[] {
  return receiver.requests
    .map(asArrived)
    .filter(({ payload }) => payload.monitor_name === monitorName)
    .map(inShort)
}

export async function told(receiver: Receiver, monitorName: string, count: number): Promise<string[]> {
  return (await arrivedOf(receiver, monitorName, count)).map(inShort)
}

/** A database that outlives the nodes that are started `beside` it. Drop it at the end. */
export async function makeHome(): Promise<TestApp> {
  return { database: await createTestDatabase(), token: newApiKey() } as TestApp
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
export async function makeMonitor(app: TestApp, settings: Record<string, unknown>): Promise<any> {
  const { status, body } = await app.call('POST', '/v1/monitors', settings)
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

/** A ping, as a job sends it: without an API key. */
export function ping(app: TestApp, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(app.url + path, init)
}

function inShort({ payload }: Arrived): string {
  const { status, metadata } = payload
  return `${metadata.event_type} ${metadata.severity} ${status}`
}

function asArrived({ body, arrivedAt }: ReceivedRequest): Arrived {
  return { payload: JSON.parse(body.toString()), arrivedAt }
}
