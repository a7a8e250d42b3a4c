import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Keeps clients from holding up a server that stops: closing, it lets go of connections that are
 * idle at that moment, but waits for all others. So a connection that gets its answer later is told
 * to close with it, and one that never brought a request (browsers open some in advance) is dropped.
 */
export function releaseConnections(app: FastifyInstance): void {
  const unused = new Set<Socket>()
  let isClosing = false
  app.server.on('connection', socket => {
    if (isClosing) {
      socket.destroy()
      return
    }
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.server.on('request', request => unused.delete(request.socket))
  app.addHook('preClose', async () => {
    isClosing = true
    for (const socket of unused) socket.destroy()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
}
