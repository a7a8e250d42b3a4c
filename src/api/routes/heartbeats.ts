import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { HeartbeatSignal } from '../../decide/observation.ts'
import type { WatchedMonitor } from '../../detect/watched-monitor.ts'
import { notFound, Problem } from '../../ground/errors.ts'
import { allows, identify } from '../caller.ts'
import { addOperation } from '../operation.ts'
import { RateLimit } from '../rate-limit.ts'
import { text } from '../schemas/common.ts'
import type { Services } from '../services.ts'

const METHODS = ['GET', 'HEAD', 'POST'] as const
const DESCRIPTION =
  'Whoever knows the token of a heartbeat may ping it. With an API key (`ingest`), its slug will do as well. Whatever is sent ' +
  'along is not looked at.'

/** Of one heartbeat: a job that says more is in a loop. */
const PINGS_PER_SECOND = 5
const BURST = 50

const heartbeat = text({ max: 100 }).meta({
  description: 'Its token, or with an API key its slug.',
  example: 'nightly-backup',
})

const signal = z
  .string()
  .regex(/^(start|fail|\d{1,3})$/)
  .refine(value => !(Number(value) > 255))
  .meta({
    description: '`start`: a run begins. `fail`: it failed. 0 to 255: it ended with that exit status.',
    example: 'start',
  })

/** `/ping`: jobs say that they ran. */
export function heartbeatRoutes(app: FastifyInstance, services: Services): void {
  app.register(async scope => {
    // Jobs send what they like: their output, a form, nothing.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => {
      payload.on('end', () => done(null)).on('error', done)
      payload.resume()
    })
    const rate = new RateLimit({ perSecond: PINGS_PER_SECOND, burst: BURST, names: 10_000 })
    for (const method of METHODS) addPing(scope, services, rate, method)
    for (const method of METHODS) addSignal(scope, services, rate, method)
  })
}

function addPing(
  app: FastifyInstance,
  services: Services,
  rate: RateLimit,
  method: (typeof METHODS)[number],
): void {
  addOperation(app, {
    id: `ping${nameOf(method)}`,
    method,
    path: '/ping/{heartbeat}',
    tag: 'Heartbeats',
    summary: `Say that a job ran (${method})`,
    description: DESCRIPTION,
    access: 'public',
    audit: { exempt: 'intake: the record of events has it' },
    params: z.object({ heartbeat }),
    answers: { 200: { description: 'Heard.', contentType: 'text/plain', schema: z.string() } },
    problems: [401, 404, 429],
    handler: async ({ params, request, reply }) => {
      await ping(services, rate, request, params.heartbeat, { signal: 'success' })
      reply.type('text/plain')
      return 'OK'
    },
  })
}

function addSignal(
  app: FastifyInstance,
  services: Services,
  rate: RateLimit,
  method: (typeof METHODS)[number],
): void {
  addOperation(app, {
    id: `signal${nameOf(method)}`,
    method,
    path: '/ping/{heartbeat}/{signal}',
    tag: 'Heartbeats',
    summary: `Say that a job begins, failed, or how it ended (${method})`,
    description: `${DESCRIPTION} From a \`start\` to what follows it is the run time, a metric \`run_time_ms\` of the monitor.`,
    access: 'public',
    audit: { exempt: 'intake: the record of events has it' },
    params: z.object({ heartbeat, signal }),
    answers: { 200: { description: 'Heard.', contentType: 'text/plain', schema: z.string() } },
    problems: [401, 404, 429],
    handler: async ({ params, request, reply }) => {
      await ping(services, rate, request, params.heartbeat, signalOf(params.signal))
      reply.type('text/plain')
      return 'OK'
    },
  })
}

async function ping(
  services: Services,
  rate: RateLimit,
  request: FastifyRequest,
  name: string,
  said: Pick<HeartbeatSignal, 'signal' | 'exitStatus'>,
): Promise<void> {
  const monitor = find(services, request, name)
  if (!monitor) throw notFound('heartbeat', name)
  const { detector, clock } = services
  const wait = rate.take(monitor.id, clock.now())
  if (wait > 0)
    throw new Problem(
      429,
      'too-many-requests',
      'Too many requests',
      `A heartbeat may be pinged ${PINGS_PER_SECOND} times a second.`,
      { retryAfter: wait },
    )
  await detector.observe(monitor.workspaceId, [
    {
      monitorName: monitor.name,
      observation: { kind: 'heartbeat', time: clock.now(), region: monitor.region, ...said },
    },
  ])
}

function find(
  { catalog, watchlist }: Services,
  request: FastifyRequest,
  name: string,
): WatchedMonitor | undefined {
  const { authorization } = request.headers
  const found = watchlist.byPingToken(name)
  if (found || authorization === undefined) return found
  const caller = identify(authorization, catalog)
  if (!caller || !allows(caller, 'ingest'))
    throw new Problem(401, 'unauthorized', 'Unauthorized', 'This is not an API key that may ping.')
  return watchlist.bySlug(caller.workspaceId, name)
}

function signalOf(text: string): Pick<HeartbeatSignal, 'signal' | 'exitStatus'> {
  return text === 'start' || text === 'fail' ? { signal: text } : { signal: 'exit', exitStatus: Number(text) }
}

/** `HEAD` as `Head`; nothing for the usual one. */
function nameOf(method: (typeof METHODS)[number]): string {
  return method === 'GET' ? 'Heartbeat' : `Heartbeat${method.charAt(0)}${method.slice(1).toLowerCase()}`
}
