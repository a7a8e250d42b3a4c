import { ApiProblem, type components, createClient, follow, items } from '@statuspulse/client'

/** What a user's program does with the package as it was packed. Ends with an error where it does not. */
declare const process: { env: Record<string, string | undefined> }

const { STATUSPULSE_URL: url, STATUSPULSE_TOKEN: token } = process.env
if (!url || !token) throw new Error('STATUSPULSE_URL and STATUSPULSE_TOKEN say where the server is')
const api = createClient({ url, token })

const stop = new AbortController()
const opened = Promise.withResolvers<void>()
const stream = follow(api, {
  query: { types: ['event'] },
  signal: stop.signal,
  onOpen: () => opened.resolve(),
})
const next = stream.next()
await opened.promise
const { data } = await api.POST('/v1/events', {
  body: ['first', 'second', 'third'].map(monitor_name => ({ monitor_name, status: 'down' as const })),
})
const message = (await next).value
if (message?.event !== 'event') throw new Error(`the stream said ${JSON.stringify(message)}`)
stop.abort()

const seen: components['schemas']['EventSummary'][] = []
for await (const one of items(api, '/v1/events', { query: { limit: 2 } })) seen.push(one)
if (seen.length !== data.length) throw new Error(`${seen.length} of ${data.length} events were listed`)

// @ts-expect-error -- no such status: the compiler says so, and so does the server.
const refused = api.POST('/v1/events', { body: { monitor_name: 'x', status: 'broken' } })
const problem = await refused.catch((error: unknown) => error)
if (!(problem instanceof ApiProblem) || !problem.fields.status)
  throw new Error(`no problem with a field: ${problem}`)

console.log(
  `sent ${data.length}, listed ${seen.length}, heard of ${message.data.monitor_name}; ${problem.message}`,
)
