/** Why a request was refused, or a library was set up wrongly. The same words in every StatusPulse library. */
export type WebhookErrorCode =
  | 'invalid_secret'
  | 'missing_header'
  | 'invalid_header'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'no_matching_signature'
  | 'invalid_payload'

/** A request that must not be trusted (or, with `invalid_secret`, a secret that cannot be used). */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly code: WebhookErrorCode
  /** With `invalid_payload`: where it is wrong, e.g. `metadata.region`; '' for the whole body. */
  readonly path: string | undefined

  constructor(code: WebhookErrorCode, message: string, path?: string) {
    super(message)
    this.code = code
    this.path = path
  }
}
