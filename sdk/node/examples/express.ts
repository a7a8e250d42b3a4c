// npm install express @statuspulse/webhooks
// STATUSPULSE_SECRET=whsec_… node express.ts
import { expressHandler } from '@statuspulse/webhooks/express'
import express from 'express'

const app = express()

app.post(
  '/hooks/statuspulse',
  expressHandler({
    secrets: process.env.STATUSPULSE_SECRET!.split(' '),
    onEvent({ event, dryRun }) {
      const mark = dryRun ? '[dry run] ' : ''
      console.log(`${mark}${event.monitor_name} is ${event.status} (${event.metadata.severity})`)
    },
  }),
)

app.use(express.json()) // After the hook, which needs the raw body.

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log('listening on', server.address())
})
