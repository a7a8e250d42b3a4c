import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * nginx as the receiver of the flat-out runs, where it is installed: it costs less of the machine than a
 * Node one. It answers 200 and logs the event's id; the log says how many came, and which twice.
 */
export class NginxReceiver {
  readonly origin: string
  readonly #stop: () => void
  /** Its log, read from where the last look ended. */
  readonly #log: number
  readonly #chunk = Buffer.alloc(256 * 1_024)
  readonly #seen = new Set<string>()
  #rest = ''
  #duplicates = 0

  private constructor(folder: string, port: number, stop: () => void) {
    this.#log = openSync(join(folder, 'access.log'), 'r')
    this.origin = `http://127.0.0.1:${port}`
    this.#stop = stop
  }

  /** null: nginx is not installed. */
  static async start(): Promise<NginxReceiver | null> {
    try {
      execFileSync('nginx', ['-v'], { stdio: 'ignore' })
    } catch {
      return null
    }
    const folder = mkdtempSync(join(tmpdir(), 'statuspulse-nginx-'))
    const port = await freePort()
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port))
    const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'ignore' })
    const stop = () => {
      child.kill('SIGQUIT')
      rmSync(folder, { recursive: true, force: true })
    }
    while (!(await fetch(`http://127.0.0.1:${port}/`).catch(() => null))) await pause(20)
    return new NginxReceiver(folder, port, stop)
  }

  /** Forgets what it has seen. */
  reset(): void {
    this.#readNew()
    this.#seen.clear()
    this.#duplicates = 0
  }

  /** Waits until it has seen `count` requests of events, or no new one for five seconds. */
  async seen(count: number): Promise<{ unique: number; duplicates: number }> {
    this.#readNew()
    let last = this.#seen.size
    for (let since = performance.now(); last < count && performance.now() - since < 5_000; ) {
      await pause(50)
      this.#readNew()
      if (this.#seen.size > last) since = performance.now()
      last = this.#seen.size
    }
    return { unique: this.#seen.size, duplicates: this.#duplicates }
  }

  stop(): void {
    closeSync(this.#log)
    this.#stop()
  }

  /** Only what is new: whoever watches must not take the processor from what is measured. */
  #readNew(): void {
    for (;;) {
      const length = readSync(this.#log, this.#chunk)
      if (length === 0) return
      const lines = `${this.#rest}${this.#chunk.toString('latin1', 0, length)}`.split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) {
        if (!line.includes('evt_')) continue
        if (this.#seen.has(line)) this.#duplicates++
        else this.#seen.add(line)
      }
    }
  }
}

/** Unbuffered would cost a system call each; what is buffered is flushed within 100 ms. */
function configuration(folder: string, port: number): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  log_format ids '$uri $http_webhook_id';
  access_log ${folder}/access.log ids buffer=64k flush=100ms;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  server { listen 127.0.0.1:${port}; location / { return 200 "ok"; } }
}
`
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
