import { setTimeout as wait } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import type { z } from 'zod'
import type { eventSummary } from '../api/schemas/event.ts'
import { messageOf, Problem } from '../ground/errors.ts'
import type { Client, Query } from './client.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** The server sends something every 15 s: a connection that is silent for this long is dead. */
const SILENCE_MS = 45_000

/** What a message of kind `event` holds. */
export type EventSummary = z.output<typeof eventSummary>

/** One message of the stream. */
export interface StreamMessage {
  /** `event`, `delivery`, `attempt`, or `gap` */
  readonly kind: string
  /** JSON text */
  readonly data: string
}

/** A message, or (without data) a place that the reader has come to. */
interface Block {
  readonly id: string | undefined
  readonly message: StreamMessage | null
}

/**
 * Follows `/v1/stream` from now on. A connection that is lost is made again and goes on after the last
 * message that was taken, so none is missed.
 * @param options.onOpen told each time a connection is made; the first one is number 0
 * @param options.onLoss told each time one is lost, with the reason
 * @throws Problem when the API refuses it, or cannot be reached the first time
 */
export async function* followStream(
  client: Client,
  options: {
    query: Query
    signal: AbortSignal
    onOpen: (connection: number) => void
    onLoss: (why: string) => void
  },
): AsyncGenerator<StreamMessage> {
  const { signal, onOpen, onLoss } = options
  let place: string | undefined
  let pause = FIRST_PAUSE_MS
  for (let connections = 0; !signal.aborted; ) {
    const silence = new AbortController()
    try {
      const body = await connect(client, options, place, AbortSignal.any([signal, silence.signal]))
      onOpen(connections++)
      for await (const block of blocksOf(body, silence)) {
        pause = FIRST_PAUSE_MS
        if (block.message) yield block.message
        place = block.id ?? place
      }
      if (!signal.aborted) onLoss('the server closed the connection')
    } catch (error) {
      if (signal.aborted) return
      if (connections === 0 || isRefusal(error)) throw error
      onLoss(messageOf(silence.signal.reason ?? error))
    }
    await wait(pause, undefined, { signal }).catch(() => {})
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }
}

async function connect(
  client: Client,
  { query }: { query: Query },
  place: string | undefined,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (place !== undefined) headers['last-event-id'] = place
  const response = await client.open('/v1/stream', query, headers, signal)
  return response.body as ReadableStream<Uint8Array>
}

async function* blocksOf(body: ReadableStream<Uint8Array>, silence: AbortController): AsyncGenerator<Block> {
  const blocks: Block[] = []
  const parser = createParser({
    onId: id => blocks.push({ id, message: null }),
    onEvent: ({ id, event = 'message', data }) => blocks.push({ id, message: { kind: event, data } }),
  })
  const decoder = new TextDecoder()
  let timer = startTimer(silence)
  try {
    for await (const chunk of body) {
      clearTimeout(timer)
      parser.feed(decoder.decode(chunk, { stream: true }))
      // An event's id is told before the event itself: its place is reached only when it has been taken.
      yield* blocks.splice(0).filter((block, index, all) => !isPlaceOf(block, all[index + 1]))
      timer = startTimer(silence)
    }
  } finally {
    clearTimeout(timer)
  }
}

function isPlaceOf(block: Block, next: Block | undefined): boolean {
  return block.message === null && next?.message != null && next.id === block.id
}

function startTimer(silence: AbortController): NodeJS.Timeout {
  return setTimeout(() => silence.abort(new Error(`nothing heard for ${SILENCE_MS / 1_000} s`)), SILENCE_MS)
}

/** What will not be better next time. */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429
}
