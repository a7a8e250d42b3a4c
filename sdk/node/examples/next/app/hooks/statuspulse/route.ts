// npm install next react react-dom @statuspulse/webhooks
// STATUSPULSE_SECRET=whsec_… npx next dev
import { nextHandler } from '@statuspulse/webhooks/next'

export const POST = nextHandler(() => ({
  secrets: process.env.STATUSPULSE_SECRET!.split(' '),
  onEvent({ event, dryRun }) {
    const mark = dryRun ? '[dry run] ' : ''
    console.log(`${mark}${event.monitor_name} is ${event.status} (${event.metadata.severity})`)
  },
}))
