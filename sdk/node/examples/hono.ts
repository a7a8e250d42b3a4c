// npm install hono @hono/node-server @statuspulse/webhooks
// STATUSPULSE_SECRET=whsec_… node hono.ts
import { serve } from '@hono/node-server'
import { honoHandler } from '@statuspulse/webhooks/hono'
import { Hono } from 'hono'

const app = new Hono()

app.post(
  '/hooks/statuspulse',
  honoHandler({
    secrets: process.env.STATUSPULSE_SECRET!.split(' '),
    onEvent({ event, dryRun }) {
      const mark = dryRun ? '[dry run] ' : ''
      console.log(`${mark}${event.monitor_name} is ${event.status} (${event.metadata.severity})`)
    },
  }),
)

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, address => {
  console.log('listening on', address)
})
