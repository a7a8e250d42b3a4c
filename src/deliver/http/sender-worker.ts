import { parentPort, workerData } from 'node:worker_threads'
import { Sender } from './sender.ts'
import type { Answer, Order } from './sender-thread.ts'

/** The thread of {@link SenderThread}. */

const sender = new Sender(workerData)
let answers: Answer[] = []

parentPort?.on('message', (orders: readonly Order[]) => {
  for (const { number, request } of orders) {
    sender.send(request).then(exchange => {
      // Whatever the same turn of the event loop brings goes back together.
      if (answers.push({ number, exchange }) === 1) setImmediate(tell)
    })
  }
})

function tell(): void {
  parentPort?.postMessage(answers)
  answers = []
}
