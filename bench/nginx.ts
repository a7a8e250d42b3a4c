import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * nginx as the receiver of the flat-out runs, where it is installed: it costs less of the machine than a
 * Node one. It answers 200 and logs the event's id; the log says how many came, and which twice.
 */
export class NginxReceiver {
  readonly origin: string
  readonly #folder: string
  readonly #stop: () => void

  private constructor(folder: string, port: number, stop: () => void) {
    this.#folder = folder
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
    writeFileSync(join(this.#folder, 'access.log'), '')
  }

  /** Waits until it has seen `count` requests of events, or no new one for five seconds. */
  async seen(count: number): Promise<{ unique: number; duplicates: number }> {
    let last = this.#report()
    for (let since = performance.now(); last.unique < count && performance.now() - since < 5_000; ) {
      await pause(50)
      const next = this.#report()
      if (next.unique > last.unique) since = performance.now()
      last = next
    }
    return last
  }

  stop(): void {
    this.#stop()
  }

  #report(): { unique: number; duplicates: number } {
    const lines = readFileSync(join(this.#folder, 'access.log'), 'utf8')
      .split('\n')
      .filter(line => line.includes('evt_'))
    const unique = new Set(lines).size
    return { unique, duplicates: lines.length - unique }
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
