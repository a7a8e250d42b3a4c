import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { type Identity, makeCertificates } from './certificates.ts'
import { Signal } from './signal.ts'

/** A message as it was handed over. */
export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** Header fields and body as they came, dots unstuffed. */
  readonly message: string
  /** Whether the connection was encrypted by then. */
  readonly secure: boolean
  /** `user:password`; null: nobody logged in. */
  readonly login: string | null
}

export interface MailServerOptions {
  /** `starttls`: offered; `tls`: from the first byte; left out: neither. */
  readonly security?: 'starttls' | 'tls'
  readonly identity?: Exclude<keyof ReturnType<typeof makeCertificates>, 'ca'>
  /** `user:password` that lets in; left out: nobody has to log in. */
  readonly login?: string
}

/** A real mail server (RFC 5321), small: it records what it gets and answers as told. */
export class TestMailServer {
  readonly mails: ReceivedMail[] = []
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #changed = new Signal()
  /** Replies in place of the usual ones, by command: `{ RCPT: '550 no such user' }`; null: none at all. */
  replies: Readonly<Record<string, string | null | ((line: string) => string | null)>> = {}

  constructor(server: Server, options: MailServerOptions) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    const arrival = options.security === 'tls' ? 'secureConnection' : 'connection'
    server.on(arrival, (socket: Socket) => this.#serve(socket, options))
    server.on('connection', (socket: Socket) => this.#track(socket))
    server.on('tlsClientError', () => {})
  }

  async received(count: number): Promise<readonly ReceivedMail[]> {
    await this.#changed.until(() => this.mails.length >= count)
    return this.mails
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
  }

  #serve(socket: Socket, options: MailServerOptions): void {
    new Session(this, socket, options, mail => {
      this.mails.push(mail)
      this.#changed.fire()
    }).begin()
  }
}

class Session {
  readonly #server: TestMailServer
  readonly #options: MailServerOptions
  readonly #taken: (mail: ReceivedMail) => void
  #socket: Socket
  #buffer = ''
  #from = ''
  #to: string[] = []
  #login: string | null = null
  #inData = false

  constructor(
    server: TestMailServer,
    socket: Socket,
    options: MailServerOptions,
    taken: (mail: ReceivedMail) => void,
  ) {
    this.#server = server
    this.#socket = socket
    this.#options = options
    this.#taken = taken
  }

  begin(): void {
    this.#listen()
    this.#say(this.#told('GREETING', '') ?? '220 mail.test ESMTP')
  }

  #listen(): void {
    this.#socket.on('error', () => {})
    this.#socket.on('data', chunk => {
      this.#buffer += chunk.toString('latin1')
      this.#read()
    })
  }

  #read(): void {
    for (;;) {
      const end = this.#inData ? '\r\n.\r\n' : '\r\n'
      const at = this.#buffer.indexOf(end)
      if (at < 0) return
      const text = this.#buffer.slice(0, at)
      this.#buffer = this.#buffer.slice(at + end.length)
      if (this.#inData) this.#finish(text)
      else this.#command(text)
    }
  }

  #command(line: string): void {
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? ''
    const told = this.#told(verb, line)
    if (told === null) return
    this.#say(told ?? this.#answer(verb, line))
    if (told === undefined && verb === 'STARTTLS' && this.#offersTls) this.#secure()
    if (verb === 'QUIT') this.#socket.end()
  }

  #answer(verb: string, line: string): string {
    switch (verb) {
      case 'EHLO':
        return `250-mail.test\r\n250-AUTH PLAIN${this.#offersTls ? '\r\n250-STARTTLS' : ''}\r\n250 8BITMIME`
      case 'STARTTLS':
        return this.#offersTls ? '220 go ahead' : '502 5.5.1 not here'
      case 'AUTH':
        return this.#auth(line)
      case 'MAIL':
        this.#from = addressIn(line)
        this.#to = []
        return this.#options.login && this.#login === null ? '530 5.7.0 Log in first' : '250 2.1.0 Ok'
      case 'RCPT':
        this.#to.push(addressIn(line))
        return '250 2.1.5 Ok'
      case 'DATA':
        this.#inData = true
        return '354 go on'
      default:
        return verb === 'QUIT' ? '221 bye' : '502 5.5.2 what?'
    }
  }

  #auth(line: string): string {
    const [, user, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
      .toString()
      .split('\0')
    const login = `${user}:${password}`
    if (login !== this.#options.login) return `535 5.7.8 Wrong password ${password}`
    this.#login = login
    return '235 2.7.0 welcome'
  }

  #finish(text: string): void {
    this.#inData = false
    const told = this.#told('MESSAGE', '')
    if (told === null) return
    if (told?.startsWith('2') ?? true) {
      const message = text.replaceAll('\r\n..', '\r\n.')
      const secure = this.#socket instanceof TLSSocket
      this.#taken({ from: this.#from, to: this.#to, message, secure, login: this.#login })
    }
    this.#say(told ?? '250 2.0.0 Ok: queued as 4711')
  }

  #secure(): void {
    const { key, cert } = identityOf(this.#options)
    this.#socket.removeAllListeners('data')
    this.#socket = new TLSSocket(this.#socket, { isServer: true, key, cert })
    this.#listen()
  }

  get #offersTls(): boolean {
    return this.#options.security === 'starttls' && !(this.#socket instanceof TLSSocket)
  }

  #told(verb: string, line: string): string | null | undefined {
    const reply = this.#server.replies[verb]
    return typeof reply === 'function' ? reply(line) : reply
  }

  #say(text: string): void {
    this.#socket.write(`${text}\r\n`)
  }
}

/** Starts a mail server on a loopback address; `localhost` leads to it. */
export async function startMailServer(options: MailServerOptions = {}): Promise<TestMailServer> {
  const server = options.security === 'tls' ? createTlsServer(identityOf(options)) : createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new TestMailServer(server, options)
}

function identityOf({ identity = 'good' }: MailServerOptions): Identity {
  return makeCertificates()[identity]
}

function addressIn(line: string): string {
  return /<(.*?)>/.exec(line)?.[1] ?? ''
}
