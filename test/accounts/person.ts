/** Somebody with a browser: keeps cookies, and says where a request comes from, as browsers do. */
export class Person {
  readonly #url: string
  readonly #cookies = new Map<string, string>()

  /** @param url where StatusPulse is */
  constructor(url: string) {
    this.#url = url
  }

  /** The cookies, as they are sent. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** A request of the console's own page; `headers` that are '' are left out. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{
    status: number
    headers: Headers
    // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
    body: any
  }> {
    const all: Record<string, string> = {
      cookie: this.cookie,
      origin: new URL(this.#url).origin,
      'sec-fetch-site': 'same-origin',
      'x-requested-with': 'test',
      'user-agent': 'Test Browser',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }
    const response = await fetch(path.startsWith('/') ? this.#url + path : path, {
      method,
      redirect: 'manual',
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (/max-age=0/i.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }

  signIn(email: string, password: string) {
    return this.call('POST', '/v1/session', { email, password })
  }
}

export const PASSWORD = 'correct horse battery'

/** Makes the first user of an installation, who owns its first workspace. */
export async function setUp(url: string, token: string, email = 'olga@example.com'): Promise<Person> {
  const person = new Person(url)
  const { status, body } = await person.call('POST', '/v1/setup', {
    token,
    email,
    name: 'Olga',
    password: PASSWORD,
  })
  if (status !== 201) throw new Error(`not set up: ${JSON.stringify(body)}`)
  return person
}

/** Invites somebody, who accepts and is signed in. */
export async function join(url: string, inviter: Person, email: string, role: string): Promise<Person> {
  const invited = await inviter.call('POST', '/v1/invitations', { email, role })
  if (invited.status !== 201) throw new Error(`not invited: ${JSON.stringify(invited.body)}`)
  const person = new Person(url)
  const token = tokenIn(invited.body.link)
  const name = email.split('@')[0]
  const joined = await person.call('POST', '/v1/links/redeem', { token, name, password: PASSWORD })
  if (joined.status !== 200) throw new Error(`not joined: ${JSON.stringify(joined.body)}`)
  return person
}

export function tokenIn(link: string): string {
  return new URL(link).hash.slice(1)
}
