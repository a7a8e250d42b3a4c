import { getCACertificates } from 'node:tls'
import * as client from 'openid-client'
import { Agent, fetch } from 'undici'

/** Of each request to the provider, s. */
const TIMEOUT_S = 10
/** How long what the provider says of itself is taken as known. */
const KNOWN_MS = 3_600_000

/** Whom single sign-on asks. */
export interface OpenIdSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Certificates (PEM) that are trusted beside the machine's own authorities; null: none. */
  readonly extraCa: string | null
}

/** What must be the same when somebody comes back from the provider. */
export interface OpenIdFlow {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** Who somebody is, as the provider says. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
  /** In lower case; null: it does not say. */
  readonly email: string | null
  /** Whether the provider answers for the address being theirs. */
  readonly isEmailVerified: boolean
  readonly name: string | null
  /** The ID token itself, by which the provider knows the session when it is to end. */
  readonly idToken: string | null
}

/**
 * OpenID Connect's authorization code flow with PKCE (RFC 7636), state and nonce, by `openid-client`, which
 * checks the ID token: signature, issuer, audience, times, nonce.
 */
export class OpenId {
  readonly #settings: OpenIdSettings
  readonly #agent: Agent
  #known: { configuration: Promise<client.Configuration>; until: number } | null = null

  constructor(settings: OpenIdSettings) {
    const { extraCa } = settings
    this.#settings = settings
    this.#agent = new Agent(
      extraCa === null ? {} : { connect: { ca: [...getCACertificates('default'), extraCa] } },
    )
  }

  /**
   * Where to send somebody who wants to sign in, and what to hold on to until they are back.
   * @throws Error when the provider does not answer as it should
   */
  async begin(redirectUri: string, now: number): Promise<{ url: URL; flow: OpenIdFlow }> {
    const configuration = await this.#configuration(now)
    const flow = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    }
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    })
    return { url, flow }
  }

  /**
   * Who came back.
   * @param url that they came back to, with its query
   * @throws Error when the provider refused them, or anything about the answer is not as it should be
   */
  async finish(url: URL, flow: OpenIdFlow, now: number): Promise<Identity> {
    const configuration = await this.#configuration(now)
    const tokens = await client.authorizationCodeGrant(configuration, url, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('the provider sent no ID token')
    // Many providers keep the ID token small, and tell these at another place.
    const says =
      typeof claims.email === 'string' || !configuration.serverMetadata().userinfo_endpoint
        ? claims
        : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email: typeof says.email === 'string' ? says.email.trim().toLowerCase() : null,
      isEmailVerified: says.email_verified === true,
      name: typeof says.name === 'string' && says.name.trim() !== '' ? says.name.trim().slice(0, 200) : null,
      idToken: tokens.id_token ?? null,
    }
  }

  /**
   * Where to send a browser to end the session at the provider too (OpenID Connect RP-Initiated Logout 1.0).
   * @param idToken of the session that ends; null: it is not known, and the provider asks whether it is meant
   * @param returnTo where the provider sends the browser then; it must be registered there
   * @returns null: the provider has no such place
   * @throws Error when the provider does not answer as it should
   */
  async signOutUrl(idToken: string | null, returnTo: string, now: number): Promise<URL | null> {
    const configuration = await this.#configuration(now)
    if (!configuration.serverMetadata().end_session_endpoint) return null
    return client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: returnTo,
      ...(idToken === null ? {} : { id_token_hint: idToken }),
    })
  }

  /** Closes its connections. */
  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  #configuration(now: number): Promise<client.Configuration> {
    if (!this.#known || this.#known.until < now) {
      const configuration = this.#discover()
      this.#known = { configuration, until: now + KNOWN_MS }
      // What failed is tried anew the next time.
      configuration.catch(() => {
        this.#known = null
      })
    }
    return this.#known.configuration
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings
    const viaAgent = (url: string, options: object) => fetch(url, { ...options, dispatcher: this.#agent })
    return client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretBasic(clientSecret), {
      timeout: TIMEOUT_S,
      // undici's own fetch, whose types are the same but for their names.
      [client.customFetch]: viaAgent as unknown as client.CustomFetch,
      // Which issuers may be http: is checked with the settings.
      ...(issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : {}),
    })
  }
}
