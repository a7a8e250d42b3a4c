/** A mail server as an endpoint names it. */
export interface MailServer {
  /** A name or an IP address. */
  readonly host: string
  readonly port: number
  /** `tls`: from the first byte; `starttls`: before anything is said, or not at all; `none`: in the clear. */
  readonly security: 'starttls' | 'tls' | 'none'
  /** null: nobody logs in. */
  readonly login: { readonly user: string; readonly password: string } | null
}

/** One message on its way to a mail server. Texts are Unicode; the mailer encodes them. */
export interface OutgoingMail {
  readonly server: MailServer
  readonly from: { readonly name: string; readonly address: string }
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** With its angle brackets. */
  readonly messageId: string
  /** The message that all of one conversation answer to, with its angle brackets; null: it stands alone. */
  readonly thread: string | null
  /** ms since the epoch */
  readonly date: number
  /** Further header fields. */
  readonly headers: Readonly<Record<string, string>>
  /** 1 to 30,000 ms, over the whole attempt. */
  readonly timeoutMs: number
}
