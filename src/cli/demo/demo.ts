import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiProblem } from '../../../sdk/client/src/index.ts'
import type { Config } from '../../config.ts'
import { messageOf } from '../../ground/errors.ts'
import type { Logger } from '../../ground/log.ts'
import { Client } from '../client.ts'
import { createReceiver, createShop, DemoServer } from './servers.ts'

/** What the demo has made, kept in the data folder for the next start. */
interface Kept {
  readonly token: string
  readonly secret: string
  readonly monitorId: string
  readonly endpointId: string
  readonly shopPort: number
  readonly receiverPort: number
}

const FILE = 'demo.json'
const MONITOR = 'demo-shop'

/**
 * Something to see: a shop on this machine that fails and recovers, a monitor that checks it every 5 s,
 * and a receiver that verifies what it is sent. All of it is made through the API, as a user would, and
 * can be deleted like anything else.
 */
export class Demo {
  readonly #config: Config
  readonly #log: Logger
  readonly #shop: DemoServer
  readonly #receiver: DemoServer
  #kept: Kept | null

  private constructor(
    config: Config,
    log: Logger,
    kept: Kept | null,
    shop: DemoServer,
    receiver: DemoServer,
  ) {
    this.#config = config
    this.#log = log
    this.#kept = kept
    this.#shop = shop
    this.#receiver = receiver
  }

  /**
   * Starts the demo's servers, before the program starts; null where there is to be none.
   * @param atHand whether somebody is looking: `auto` begins the demo for them only, and goes on with one that is there
   */
  static async prepare(config: Config, log: Logger, atHand: boolean): Promise<Demo | null> {
    const kept = readKept(config)
    const isWanted =
      config.demo === 'auto' ? config.databaseUrl === null && (atHand || kept !== null) : config.demo
    if (!isWanted) return null
    const shop = await DemoServer.listen(createShop(Date.now), kept?.shopPort ?? 0)
    const receiver = createReceiver(
      () => demo.#kept?.secret ?? null,
      ({ verified, eventType, monitorName }) => {
        if (verified) log.info(`demo receiver: ${eventType} of ${monitorName}, signature verified`)
        else log.warn(`demo receiver: refused ${eventType}, its signature is not right`)
      },
    )
    const demo: Demo = new Demo(
      config,
      log,
      kept,
      shop,
      await DemoServer.listen(receiver, kept?.receiverPort ?? 0),
    )
    return demo
  }

  /** Takes away what an earlier start has made, for a start without the demo. */
  static async retire(config: Config, log: Logger, url: string): Promise<void> {
    const kept = readKept(config)
    if (config.demo !== false || !kept) return
    const { api } = new Client({ url, token: kept.token })
    try {
      await api.DELETE('/v1/monitors/{id}', at(kept.monitorId))
      await api.DELETE('/v1/endpoints/{id}', at(kept.endpointId))
    } catch (error) {
      log.debug(`what is left of the demo was not deleted: ${messageOf(error)}`)
    }
    rmSync(join(config.dataDir, FILE), { force: true })
  }

  /** The servers that monitors and endpoints may reach although they are on this machine: `host:port`. */
  get servers(): readonly string[] {
    return [this.#shop.authority, this.#receiver.authority]
  }

  /**
   * Makes what there is to see on a first start, and moves it to the servers' ports on later ones.
   * @returns whether the demo runs; a demo that cannot is no reason not to start
   */
  async begin(app: { url: string; adminToken: string | null }): Promise<boolean> {
    try {
      if (this.#kept) await this.#move(app.url, this.#kept)
      else {
        const token = app.adminToken ?? (this.#config.demo === true ? this.#config.adminToken : null)
        if (token === null) return this.#end()
        await this.#make(app.url, token)
      }
      return true
    } catch (error) {
      const gone = error instanceof ApiProblem && [401, 404].includes(error.status)
      if (gone) rmSync(this.#file, { force: true })
      else this.#log.warn(`the demo does not run: ${messageOf(error)}`)
      return this.#end()
    }
  }

  close(): void {
    this.#shop.close()
    this.#receiver.close()
  }

  #end(): false {
    this.close()
    return false
  }

  async #make(url: string, adminToken: string): Promise<void> {
    const { api } = new Client({ url, token: adminToken })
    const key = await api.POST('/v1/keys', { body: { name: 'demo', scopes: ['admin'] } })
    const endpoint = await api.POST('/v1/endpoints', {
      body: { name: 'Demo receiver', url: this.#receiverUrl, filter: { monitors: [MONITOR] } },
    })
    this.#keep({ token: key.key, secret: endpoint.secret ?? '', endpointId: endpoint.id, monitorId: '' })
    const monitor = await api.POST('/v1/monitors', {
      body: {
        name: MONITOR,
        kind: 'http',
        interval_s: 5,
        failures_to_open: 2,
        affected_endpoints: ['/checkout'],
        spec: { url: this.#shopUrl },
        // It is meant to fail over and over.
        flapping: { changes: 100 },
      },
    })
    this.#keep({
      token: key.key,
      secret: endpoint.secret ?? '',
      endpointId: endpoint.id,
      monitorId: monitor.id,
    })
  }

  async #move(url: string, kept: Kept): Promise<void> {
    const { api } = new Client({ url, token: kept.token })
    const { monitorId, endpointId } = kept
    if (kept.receiverPort === this.#receiver.port) await api.GET('/v1/endpoints/{id}', at(endpointId))
    else await api.PATCH('/v1/endpoints/{id}', { ...at(endpointId), body: { url: this.#receiverUrl } })
    if (kept.shopPort === this.#shop.port) await api.GET('/v1/monitors/{id}', at(monitorId))
    else await api.PATCH('/v1/monitors/{id}', { ...at(monitorId), body: { spec: { url: this.#shopUrl } } })
    this.#keep(kept)
  }

  #keep(made: Omit<Kept, 'shopPort' | 'receiverPort'>): void {
    this.#kept = { ...made, shopPort: this.#shop.port, receiverPort: this.#receiver.port }
    writeFileSync(this.#file, `${JSON.stringify(this.#kept)}\n`, { mode: 0o600 })
  }

  get #file(): string {
    return join(this.#config.dataDir, FILE)
  }

  get #shopUrl(): string {
    return `http://${this.#shop.authority}/`
  }

  get #receiverUrl(): string {
    return `http://${this.#receiver.authority}/hook`
  }
}

function at(id: string) {
  return { params: { path: { id } } }
}

function readKept(config: Config): Kept | null {
  try {
    return JSON.parse(readFileSync(join(config.dataDir, FILE), 'utf8')) as Kept
  } catch {
    return null
  }
}
