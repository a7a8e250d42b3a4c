import type { FastifyInstance } from 'fastify'
import type { Services } from '../services.ts'
import { queueRoutes } from './queues.ts'
import { streamRoutes } from './stream.ts'

/** Every route of the API. */
export function addRoutes(app: FastifyInstance, services: Services): void {
  streamRoutes(app, services)
  queueRoutes(app, services)
}
