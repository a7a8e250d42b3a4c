import { createServer } from 'node:http'

/**
 * The bench's receiver, in a process of its own: answers 200 at once (never, on a path that starts
 * with `/hang`), counts unique event ids and duplicates, and takes the latency of every event that
 * carries `metadata.sent_at` (ms since the epoch, fraction kept): arrival of the request's headers
 * minus that.
 *
 * Speaks with its parent over IPC: `{ reset: true }` forgets, `{ report: true }` answers.
 */
const eventIds = new Set<string>()
let duplicates = 0
let latencies: Record<string, number[]> = {}

const now = () => performance.timeOrigin + performance.now()

const server = createServer((request, response) => {
  const arrived = now()
  const path = request.url ?? '/'
  if (path.startsWith('/hang')) {
    request.resume()
    return
  }
  const chunks: Buffer[] = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200, { 'content-length': 2 }).end('ok')
    const body = Buffer.concat(chunks).toString()
    const id = `${path} ${request.headers['webhook-id']}`
    if (eventIds.has(id)) duplicates++
    eventIds.add(id)
    const sentAt = /"sent_at":([\d.]+)/.exec(body)
    if (!sentAt) return
    latencies[path] ??= []
    latencies[path].push(arrived - Number(sentAt[1]))
  })
})
server.keepAliveTimeout = 60_000

process.on('message', (message: { reset?: boolean; report?: boolean }) => {
  if (message.reset) {
    eventIds.clear()
    duplicates = 0
    latencies = {}
  }
  if (message.report) process.send?.({ unique: eventIds.size, duplicates, latencies })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : null })
})
