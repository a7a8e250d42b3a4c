// npm install fastify @statuspulse/webhooks
// STATUSPULSE_SECRET=whsec_… node fastify.ts
import { fastifyPlugin } from '@statuspulse/webhooks/fastify'
import Fastify from 'fastify'

const app = Fastify()

app.register(fastifyPlugin, {
  path: '/hooks/statuspulse',
  secrets: process.env.STATUSPULSE_SECRET!.split(' '),
  onEvent({ event, dryRun }) {
    const mark = dryRun ? '[dry run] ' : ''
    console.log(`${mark}${event.monitor_name} is ${event.status} (${event.metadata.severity})`)
  },
})

await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
console.log('listening on', app.server.address())
