import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { CheckNetwork, prepareCheck } from '../../src/detect/checks/index.ts'
import { Scheduler } from '../../src/detect/scheduler.ts'
import { NetworkJudge } from '../../src/detect/scheduler-network.ts'
import { probeOver } from '../../src/detect/scheduler-probe.ts'
import { systemClock } from '../../src/ground/clock.ts'

/**
 * How late checks start: many http monitors on this node, against a server in a process of its own that
 * answers after a while. Every check looks up a name, connects and asks anew. Prints the lag (start of a
 * check minus its time), this process's CPU, and how long its event loop was held up, which is what a
 * delivery would wait.
 *
 * node bench/micro/scheduler.ts [monitors] [interval in s] [seconds measured] [answer after ms]
 */
const [monitors = 5_000, intervalS = 30, seconds = 40, answerAfterMs = 50] = process.argv.slice(2).map(Number)

function serve(): void {
  const server = createServer((_request, response) => {
    setTimeout(() => response.end('{"status":"ok"}'), answerAfterMs)
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    process.send?.((server.address() as { port: number }).port)
  })
  process.on('disconnect', () => process.exit())
}

async function measure(port: number): Promise<void> {
  const clock = systemClock
  const network = new CheckNetwork({
    policy: { allowHttp: true, allowNetworks: ['127.0.0.0/8'] },
    version: 'bench',
  })
  const lags: number[] = []
  const failures = new Map<string, number>()
  const scheduler = new Scheduler({
    clock,
    judge: new NetworkJudge({ clock, random: Math.random, probe: probeOver(network) }),
    onStart: lagMs => lags.push(lagMs),
    onResult: (_id, { error }) => {
      if (error) failures.set(error.class, (failures.get(error.class) ?? 0) + 1)
    },
  })
  for (let index = 0; index < monitors; index++) {
    const spec = {
      url: `http://localhost:${port}/${index}`,
      assertions: [{ source: 'json', path: '$.status', operator: 'equals', value: 'ok' }],
    }
    const check = prepareCheck('http', spec, network)
    scheduler.put({ id: `mon_${index}`, intervalMs: intervalS * 1_000, timeoutMs: 5_000, ...check })
  }
  const delay = monitorEventLoopDelay({ resolution: 5 })
  await scheduler.start()
  await new Promise(resolve => setTimeout(resolve, 2_000))
  lags.length = 0
  delay.enable()
  const cpuBefore = process.cpuUsage()
  await new Promise(resolve => setTimeout(resolve, seconds * 1_000))
  const { user, system } = process.cpuUsage(cpuBefore)
  delay.disable()
  const { counts } = scheduler
  await scheduler.stop()
  lags.sort((a, b) => a - b)
  const at = (share: number) => `${lags[Math.floor(lags.length * share)]} ms`
  console.log(`${monitors} http monitors at ${intervalS} s: ${(lags.length / seconds).toFixed(0)} checks/s`)
  console.log(`start lag: p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, max ${lags.at(-1)} ms`)
  console.log(`CPU: ${((user + system) / lags.length).toFixed(0)} µs a check`)
  const heldUp = (share: number) => `${Math.max(delay.percentile(share) / 1e6 - 5, 0).toFixed(1)} ms`
  console.log(`event loop held up: p50 ${heldUp(50)}, p99 ${heldUp(99)}`)
  console.log(
    `skipped ${counts.skipped}, stalled ${counts.stalled}, failed ${JSON.stringify(Object.fromEntries(failures))}`,
  )
}

if (process.send) serve()
else {
  const server = fork(import.meta.filename, process.argv.slice(2))
  const [port] = await once(server, 'message')
  await measure(Number(port))
  server.disconnect()
}
