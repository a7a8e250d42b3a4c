import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { makeCertificates } from '../helpers/certificates.ts'

/** What the provider says of somebody. */
export interface Claims {
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
}

/** A real OpenID provider (`oidc-provider`) over TLS on this machine, whose users need no password. */
export interface TestProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Who signs in there next: the subject, and what is said of them. */
  signsIn(subject: string, claims: Claims): void
  /** The next one says no. */
  refuses(): void
  /** Lets browsers come back to this console. */
  allow(consoleUrl: string): void
  stop(): Promise<void>
}

export async function startProvider(): Promise<TestProvider> {
  const clientId = 'statuspulse'
  const clientSecret = 'a-secret-of-the-provider'
  const people = new Map<string, Claims>()
  let next: string | null = null
  let consoleUrl = 'http://127.0.0.1:1'
  const { good } = makeCertificates()
  const server = createServer({ key: good.key, cert: good.cert })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [consoleUrl] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, ...people.get(accountId) }),
    }),
    cookies: { keys: ['a key of the test'] },
    jwks: {
      keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })],
    },
    ttl: {
      Interaction: 600,
      Session: 600,
      Grant: 600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
  })
  // Consoles of tests come and go, each at a port of its own.
  provider.Client.prototype.redirectUriAllowed = uri => uri === `${consoleUrl}/v1/single-sign-on/callback`
  provider.Client.prototype.postLogoutRedirectUriAllowed = uri => uri === `${consoleUrl}/`
  const answer = provider.callback()

  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      await answer(request, response)
      return
    }
    // Where a provider would ask for a password and for consent.
    const { prompt, params, session } = await provider.interactionDetails(request, response)
    if (next === null) {
      await provider.interactionFinished(request, response, { error: 'access_denied' })
    } else if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId: next, remember: false } })
    } else {
      const grant = new provider.Grant({
        accountId: session?.accountId as string,
        clientId: params.client_id as string,
      })
      grant.addOIDCScope('openid email profile')
      await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
    }
  })

  return {
    issuer,
    clientId,
    clientSecret,
    signsIn(subject, claims) {
      people.set(subject, claims)
      next = subject
    },
    refuses() {
      next = null
    },
    allow(url) {
      consoleUrl = url
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
