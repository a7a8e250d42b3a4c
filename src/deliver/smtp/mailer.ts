import { isIP } from 'node:net'
import { type ConnectionOptions, getCACertificates } from 'node:tls'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { messageOf, unacceptable } from '../../ground/errors.ts'
import type { ErrorClass, Exchange } from '../../ground/vocabulary.ts'
import { HIDDEN } from '../destinations/secrets.ts'
import {
  type Connection,
  Connector,
  EgressError,
  type EgressPolicy,
  type Lookup,
  tlsFailure,
} from '../egress/index.ts'
import type { Target } from '../egress/target.ts'
import type { MailServer, OutgoingMail } from './mail.ts'
import { readMailTarget } from './mail-target.ts'

const MOST_REPLY = 4_096

/** What a mail server said last, and which of the receivers it refused. */
interface Said {
  readonly code: number
  readonly text: string
}

/** An open session; `connection` says how it came about. */
interface Session {
  readonly smtp: SMTPConnection
  readonly connection: Connection
}

/**
 * Hands messages to mail servers, each over a connection of its own, which only the {@link Connector} opens.
 * The exchange has the server's last reply: its code as the status, its text as the body. A message that
 * the server took for some of its receivers counts as taken; the others are named in the body.
 */
export class Mailer {
  readonly #policy: EgressPolicy
  readonly #connector: Connector

  /** @param options.lookup in place of the machine's resolver */
  constructor(options: { policy: EgressPolicy; lookup?: Lookup }) {
    this.#policy = options.policy
    this.#connector = new Connector(options)
  }

  /** Makes one attempt. Never rejects: what went wrong is in the exchange. */
  send(mail: OutgoingMail): Promise<Exchange> {
    return this.#within(mail.server, mail.timeoutMs, async ({ smtp }) => deliver(smtp, mail))
  }

  /**
   * Connects and logs in, the way an attempt does, and sends nothing.
   * @param timeoutMs over all of it
   * @throws Problem 422 (path `options.host`) with the reason
   */
  async check(server: MailServer, timeoutMs: number): Promise<void> {
    const { error, statusCode, responseBody } = await this.#within(server, timeoutMs, async () => GREETED)
    if (error) throw unacceptable('options.host', error.message)
    if (statusCode === GREETED.code) return
    const said = server.login ? responseBody.replaceAll(server.login.password, HIDDEN) : responseBody
    throw unacceptable('options.host', `the mail server answered ${said}`)
  }

  async #within(
    server: MailServer,
    timeoutMs: number,
    act: (session: Session) => Promise<Said>,
  ): Promise<Exchange> {
    const startedAt = performance.now()
    const read = readMailTarget(server, this.#policy)
    if ('refused' in read) return { ...NOTHING, error: { class: 'address_refused', message: read.refused } }
    const { target } = read
    const open = new Opened()
    const late = setTimeout(
      () => open.end(new EgressError('timeout', `No whole answer of ${target.label} within ${timeoutMs} ms`)),
      timeoutMs,
    )
    let outcome: Pick<Exchange, 'statusCode' | 'responseBody' | 'error'>
    try {
      const said = await Promise.race([this.#talk(server, target, open, act), open.ended])
      outcome = { statusCode: said.code, responseBody: said.text.slice(0, MOST_REPLY), error: null }
    } catch (error) {
      outcome = outcomeOf(error, target)
    } finally {
      clearTimeout(late)
      open.session?.smtp.close()
    }
    const { session } = open
    return {
      ...NOTHING,
      ...outcome,
      remoteAddress: session?.connection.remoteAddress ?? null,
      tlsVersion: session?.connection.tlsVersion ?? null,
      timings: { ...NOTHING.timings, ...open.timings, total: performance.now() - startedAt },
    }
  }

  async #talk(
    server: MailServer,
    target: Target,
    open: Opened,
    act: (session: Session) => Promise<Said>,
  ): Promise<Said> {
    const session = await this.#greet(server, target, open)
    if (server.login) {
      const { user, password } = server.login
      await called<unknown>(done => session.smtp.login({ user, pass: password }, done))
    }
    return act(session)
  }

  /** Connected, greeted, and secured as the server's settings say. */
  #greet(server: MailServer, target: Target, open: Opened): Promise<Session> {
    return new Promise((resolve, reject) => {
      const opening = this.#connector.open(
        target,
        (error, connection) => {
          const { dns, connect, tls } = opening
          open.timings = { dns, connect, tls }
          if (!connection) return reject(error)
          const smtp = new SMTPConnection({
            connection: connection.socket,
            host: target.hostname,
            port: target.port,
            secure: target.secure,
            secured: target.secure,
            requireTLS: server.security === 'starttls',
            ignoreTLS: server.security === 'none',
            tls: this.#tls(target),
          })
          const session = { smtp, connection }
          open.session = session
          smtp.on('error', failure => {
            open.end(failure)
            reject(failure)
          })
          smtp.connect(failure => (failure ? reject(failure) : resolve(session)))
        },
        { protocols: [] },
      )
      open.abort = () => opening.abort()
    })
  }

  /** For STARTTLS, as strict as the connector is: trusted authorities, TLS 1.2 or newer. */
  #tls({ hostname }: Target): ConnectionOptions {
    const { extraCa } = this.#policy
    return {
      minVersion: 'TLSv1.2',
      servername: isIP(hostname) ? '' : hostname,
      ...(extraCa && { ca: [...getCACertificates('default'), extraCa] }),
    }
  }
}

/** What is open of one attempt, and how it is ended from outside. */
class Opened {
  session: Session | null = null
  timings: Partial<Exchange['timings']> = {}
  abort: () => void = () => {}
  end: (reason: Error) => void = () => {}
  /** Only ever rejects. */
  readonly ended = new Promise<never>((_, reject) => {
    this.end = reason => {
      this.abort()
      reject(reason)
    }
  })

  constructor() {
    this.ended.catch(() => {})
  }
}

const GREETED: Said = { code: 220, text: '' }

async function deliver(smtp: SMTPConnection, mail: OutgoingMail): Promise<Said> {
  const { from, to, subject, text, html, messageId, thread, date, headers } = mail
  const message = await new MailComposer({
    from,
    to: [...to],
    subject,
    text,
    html,
    messageId,
    date: new Date(date),
    headers: { ...headers },
    ...(thread !== null && { inReplyTo: thread, references: thread }),
  })
    .compile()
    .build()
  const envelope = { from: from.address, to: [...to] }
  const info = await called<SMTPConnection.SentMessageInfo>(done => smtp.send(envelope, message, done))
  const refused = (info.rejectedErrors ?? []).map(
    ({ response }, index) => `${info.rejected[index]}: ${response}`,
  )
  return { code: codeOf(info.response) ?? 250, text: [info.response, ...refused].join('\nrefused: ') }
}

/** A call with a callback, as a promise. */
function called<T = undefined>(call: (done: (error?: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value as T)))
  })
}

/** A reply of the server that says no is an answer like any other; all else is an error. */
function outcomeOf(error: unknown, target: Target): Pick<Exchange, 'statusCode' | 'responseBody' | 'error'> {
  const { responseCode, response, code } = error as SMTPConnection.SMTPError
  if (code !== 'ETLS' && response !== undefined && responseCode !== undefined && responseCode >= 400)
    return { statusCode: responseCode, responseBody: response.slice(0, MOST_REPLY), error: null }
  const { errorClass, message } = failureOf(error as MailError, target)
  return { statusCode: null, responseBody: '', error: { class: errorClass, message } }
}

/** The library puts a code of its own in place of Node's, which it keeps beside it. */
type MailError = Error & { code?: string; originalCode?: string }

function failureOf(error: MailError, target: Target): { errorClass: ErrorClass; message: string } {
  if (error instanceof EgressError) return error
  const { code, originalCode } = error
  // A certificate's faults have long names; a system's errors one word: ECONNRESET.
  if (originalCode !== undefined && !/^E[A-Z0-9]+$/.test(originalCode))
    return tlsFailure(target, Object.assign(error, { code: originalCode }))
  const message = `${target.label}: ${messageOf(error)}`
  if (code === 'ETLS') return { errorClass: 'tls', message }
  if (code === 'EPROTOCOL') return { errorClass: 'protocol', message }
  if (code === 'ETIMEDOUT') return { errorClass: 'timeout', message }
  if (code === 'ECONNECTION' || code === 'ESOCKET') return { errorClass: 'connection_reset', message }
  return { errorClass: 'other', message }
}

function codeOf(response: string): number | null {
  const code = Number(response.slice(0, 3))
  return Number.isInteger(code) && code >= 200 ? code : null
}

const NOTHING: Exchange = {
  statusCode: null,
  responseHeaders: {},
  responseBody: '',
  error: null,
  remoteAddress: null,
  tlsVersion: null,
  httpVersion: null,
  timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
}
