import { createParser } from 'eventsource-parser'
import type { Client } from './client.ts'
import { ApiProblem } from './problem.ts'
import { pause } from './retry.ts'
import type { components, operations } from './schema.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** The server sends something every 15 s: a connection that is silent for this long is dead. */
const SILENCE_MS = 45_000

/** One message of the stream; `data` by `event`: `event`, `delivery`, `attempt`, `gap`. */
export type StreamMessage = components['schemas']['StreamMessage']
/** What is wanted of the stream; left out: everything. */
export type StreamQuery = Omit<NonNullable<operations['openStream']['parameters']['query']>, 'last_event_id'>

export interface StreamOptions {
  readonly query?: StreamQuery
  /** Ends it. */
  readonly signal?: AbortSignal
  /** Goes on right after this message, or (from `onPlace`) this place. */
  readonly after?: string
  /** Told each time a connection is made; the first one is number 0. */
  readonly onOpen?: (connection: number) => void
  /** Told each time one is lost or cannot be made, with the reason, before it is made again. What it throws ends the stream. */
  readonly onLoss?: (why: Error) => void
  /** Told of places without a message, which the server says when the filter leaves much out. */
  readonly onPlace?: (id: string) => void
}

/** A message as it came. */
export interface RawMessage {
  readonly id: string
  readonly event: string
  /** JSON */
  readonly data: string
}

/**
 * What happens, as it happens. A connection that is lost is made again and goes on after the last message that was
 * taken: none is missed, none comes twice. Where the server no longer has what lies between, a message `gap` says so.
 * @throws ApiProblem when the API refuses it (4xx but 429); all else is tried again, until the signal ends it
 */
export async function* follow(
  client: Client,
  options: StreamOptions = {},
): AsyncGenerator<StreamMessage, void> {
  for await (const batch of followRaw(client, options)) {
    for (const { id, event, data } of batch) yield { id, event, data: JSON.parse(data) } as StreamMessage
  }
}

/**
 * As {@link follow}, for those who show much and read little: messages as they came, together as they came. A batch
 * counts as taken when the next one is asked for.
 * @throws ApiProblem when the API refuses it
 */
export async function* followRaw(
  client: Client,
  options: StreamOptions = {},
): AsyncGenerator<readonly RawMessage[], void> {
  const { signal = new AbortController().signal } = options
  const place: Place = { id: options.after }
  let wait = FIRST_PAUSE_MS
  for (let connections = 0; !signal.aborted; ) {
    try {
      const body = await open(client, options.query, place, signal)
      options.onOpen?.(connections++)
      for await (const batch of batchesOf(body, place, options.onPlace)) {
        wait = FIRST_PAUSE_MS
        if (batch.length > 0) yield batch
      }
      if (!signal.aborted) options.onLoss?.(new Error('the server closed the connection'))
    } catch (error) {
      if (signal.aborted) return
      if (isRefusal(error)) throw error
      options.onLoss?.(error as Error)
    }
    await pause(wait, signal).catch(() => {})
    wait = Math.min(wait * 2, LONGEST_PAUSE_MS)
  }
}

/** What has been taken so far: where the next connection goes on. */
interface Place {
  id: string | undefined
}

async function open(
  client: Client,
  query: StreamQuery | undefined,
  place: Place,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const body: unknown = await client.GET('/v1/stream', {
    params: {
      ...(query && { query }),
      ...(place.id !== undefined && { header: { 'Last-Event-ID': place.id } }),
    },
    headers: { accept: 'text/event-stream' },
    parseAs: 'stream',
    signal,
  })
  return body as ReadableStream<Uint8Array>
}

async function* batchesOf(
  body: ReadableStream<Uint8Array>,
  place: Place,
  onPlace: StreamOptions['onPlace'],
): AsyncGenerator<readonly RawMessage[]> {
  let batch: RawMessage[] = []
  let reached = place.id
  // Of a message that has not come whole yet: not a place to go on after.
  let begun = place.id
  const parser = createParser({
    onId: id => {
      begun = id
    },
    onEvent: ({ id = '', event = 'message', data }) => {
      batch.push({ id, event, data })
      reached = begun
    },
  })
  // Not `for await`: not every browser can iterate a stream.
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await heard(reader.read())
      if (done) return
      const text = decoder.decode(value, { stream: true })
      parser.feed(text)
      // Nothing is half-way: a place that the server told without a message counts too.
      if (text.endsWith('\n\n')) reached = begun
      const taken = batch
      batch = []
      yield taken
      if (reached === place.id) continue
      place.id = reached
      if (taken.at(-1)?.id !== reached && reached !== undefined) onPlace?.(reached)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** @throws Error when the server is silent for too long */
async function heard<T>(read: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing heard for ${SILENCE_MS / 1_000} s`)), SILENCE_MS)
  })
  try {
    return await Promise.race([read, silence])
  } finally {
    clearTimeout(timer)
  }
}

/** What will not be better next time. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429
}
