import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Config, loadConfig, SETTINGS } from '../../src/config.ts'
import { Problem } from '../../src/ground/errors.ts'
import { envOf, keyOf, type Setting } from '../../src/ground/settings.ts'

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'statuspulse-config-'))
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

type Sources = Parameters<typeof loadConfig>[0]

const load = (sources: Sources) => loadConfig({ env: {}, cwd, ...sources })

function faultsOf(sources: Sources): Record<string, string> {
  try {
    load(sources)
  } catch (error) {
    expect(error).toBeInstanceOf(Problem)
    const { code, errors, message } = error as Problem
    expect(code).toBe('invalid-configuration')
    for (const fault of errors) expect(message).toContain(`${fault.path}: ${fault.message}`)
    return Object.fromEntries(errors.map(fault => [fault.path, fault.message]))
  }
  throw new Error('the configuration was taken')
}

async function fileWith(text: string, name = 'some.yaml'): Promise<string> {
  const file = join(cwd, name)
  await writeFile(file, text)
  return file
}

describe('the defaults', () => {
  it('listen on this machine only, with the embedded Postgres in ./data', () => {
    expect(load({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      dataDir: join(cwd, 'data'),
      databaseUrl: null,
      allowHttp: false,
      allowNetworks: [],
    })
  })

  it('are what each schema takes', () => {
    for (const [name, setting] of Object.entries(SETTINGS) as [keyof Config, Setting<unknown>][]) {
      if (setting.default === null || setting.isPath) continue
      expect(setting.schema.parse(setting.default), name).toEqual(setting.default)
    }
  })

  it('cannot be changed', () => {
    expect(Object.isFrozen(load({}))).toBe(true)
  })
})

describe('where a setting is taken from', () => {
  it('is the flag, then the variable, then the file', async () => {
    const file = await fileWith('port: 3')
    expect(load({ flags: { port: '1' }, env: { STATUSPULSE_PORT: '2' }, file }).port).toBe(1)
    expect(load({ env: { STATUSPULSE_PORT: '2' }, file }).port).toBe(2)
    expect(load({ file }).port).toBe(3)
  })

  it('an empty variable is one that is not set', () => {
    expect(load({ env: { STATUSPULSE_PORT: '', DATABASE_URL: '' } })).toMatchObject({
      port: 8080,
      databaseUrl: null,
    })
  })

  it('every port is the same by flag, variable and file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 65_535 }), async port => {
        const file = await fileWith(`port: ${port}`)
        expect(load({ flags: { port: String(port) } }).port).toBe(port)
        expect(load({ env: { STATUSPULSE_PORT: String(port) } }).port).toBe(port)
        expect(load({ file }).port).toBe(port)
      }),
      { numRuns: 20 },
    )
  })

  it('is statuspulse.config.yaml of the current folder where no file is named', async () => {
    const file = await fileWith('retention_days: 7', 'statuspulse.config.yaml')
    expect(load({}).retentionDays).toBe(7)
    await rm(file)
    expect(load({}).retentionDays).toBe(30)
  })

  it('is, for a secret, also a file that a variable names', async () => {
    const file = await fileWith('a-long-token\n')
    expect(load({ env: { STATUSPULSE_ADMIN_TOKEN_FILE: file } }).adminToken).toBe('a-long-token')
  })

  it('takes lists as a list, or separated by commas', async () => {
    const networks = ['10.0.0.0/8', 'fd12::/16']
    const file = await fileWith('allow_networks:\n  - 10.0.0.0/8\n  - fd12::/16\n')
    expect(load({ file }).allowNetworks).toEqual(networks)
    expect(load({ env: { STATUSPULSE_ALLOW_NETWORKS: '10.0.0.0/8, fd12::/16' } }).allowNetworks).toEqual(
      networks,
    )
    expect(load({ flags: { allowNetworks: networks } }).allowNetworks).toEqual(networks)
  })

  it('counts relative paths of a file from where that file is', async () => {
    const file = await fileWith('data_dir: here')
    expect(loadConfig({ env: {}, cwd: tmpdir(), file }).dataDir).toBe(join(cwd, 'here'))
  })
})

describe('a setting that cannot be', () => {
  it('is named as it was given: by flag, by variable, by file and line', async () => {
    const file = await fileWith('host: localhost\n\nport: eighty\n')
    expect(faultsOf({ flags: { port: '80a' } })).toEqual({
      '--port': 'must be a whole number from 0 to 65535, not "80a"',
    })
    expect(faultsOf({ env: { STATUSPULSE_PORT: '70000' } })).toEqual({
      STATUSPULSE_PORT: 'must be a whole number from 0 to 65535, not "70000"',
    })
    expect(faultsOf({ file })).toEqual({
      'some.yaml:3 port': 'must be a whole number from 0 to 65535, not "eighty"',
    })
  })

  it('is refused together with all others', () => {
    const env = { STATUSPULSE_PORT: 'x', STATUSPULSE_LOG_LEVEL: 'loud', STATUSPULSE_ALLOW_HTTP: 'perhaps' }
    expect(Object.keys(faultsOf({ env })).sort()).toEqual(Object.keys(env).sort())
  })

  it('that is a list names the entry at fault', () => {
    expect(faultsOf({ env: { STATUSPULSE_ALLOW_NETWORKS: '10.0.0.0/8,10.0.0.1' } })).toEqual({
      STATUSPULSE_ALLOW_NETWORKS: '10.0.0.1 is not a network in CIDR form, such as 10.0.0.0/8 or fd12::/16',
    })
  })

  it('never shows a secret, wherever it was given', async () => {
    const secrets = Object.values(SETTINGS).filter(setting => setting.isSecret) as Setting<unknown>[]
    expect(secrets.map(envOf)).toEqual([
      'DATABASE_URL',
      'STATUSPULSE_ADMIN_TOKEN',
      'STATUSPULSE_SECRETS_KEY',
      'STATUSPULSE_OIDC_CLIENT_SECRET',
    ])
    const value = 'hunter 2'
    const file = await fileWith(secrets.map(setting => `${keyOf(setting)}: "${value}"`).join('\n'))
    const env = Object.fromEntries(secrets.map(setting => [envOf(setting), value]))
    for (const faults of [faultsOf({ env }), faultsOf({ file })]) {
      expect(Object.keys(faults)).toHaveLength(secrets.length)
      expect(JSON.stringify(faults)).not.toContain(value)
    }
  })

  it('says what Kubernetes does to a service of our name', () => {
    const { STATUSPULSE_PORT } = faultsOf({ env: { STATUSPULSE_PORT: 'tcp://10.0.0.1:8080' } })
    expect(STATUSPULSE_PORT).toContain('enableServiceLinks: false')
  })
})

describe('single sign-on', () => {
  const issuer = 'https://login.example.com'

  it('needs what the provider gave, and says what is missing', () => {
    expect(Object.keys(faultsOf({ flags: { oidcIssuer: issuer } }))).toEqual([
      '--oidc-client-id',
      'STATUSPULSE_OIDC_CLIENT_SECRET',
    ])
  })

  it('makes users by itself only of domains that are named', () => {
    expect(faultsOf({ flags: { oidcAutoRole: 'viewer' } })).toEqual({
      '--oidc-allowed-domains': 'is needed with --oidc-auto-role',
    })
    const flags = { oidcAutoRole: 'viewer', oidcAllowedDomains: ['Example.com'] }
    expect(load({ flags }).oidcAllowedDomains).toEqual(['example.com'])
  })

  it('asks its provider over https', () => {
    const flags = { oidcIssuer: 'http://login.example.com', oidcClientId: 'x', oidcClientSecret: 'y' }
    expect(faultsOf({ flags })).toEqual({ '--oidc-issuer': 'must be an https: URL (or use --allow-http)' })
  })
})

describe('a name that is none', () => {
  it('is refused in a file, with what was probably meant', async () => {
    const file = await fileWith('prot: 1\nsomething_else: 2\n')
    expect(faultsOf({ file })).toEqual({
      'some.yaml:1 prot': 'no such setting; did you mean port?',
      'some.yaml:2 something_else': 'no such setting',
    })
  })

  it('is refused as a variable only where it is a slip of the pen', () => {
    expect(faultsOf({ env: { STATUSPULSE_PROT: '1' } })).toEqual({
      STATUSPULSE_PROT: 'no such setting; did you mean STATUSPULSE_PORT?',
    })
    // What Kubernetes sets for a service.
    expect(
      load({ env: { STATUSPULSE_SERVICE_HOST: '10.0.0.1', STATUSPULSE_PORT_8080_TCP_ADDR: 'x' } }).port,
    ).toBe(8080)
  })
})

describe('a file', () => {
  it('that was named must be there', () => {
    expect(faultsOf({ file: 'gone.yaml' })).toEqual({
      '--config': `there is no file ${join(cwd, 'gone.yaml')}`,
    })
    expect(faultsOf({ env: { STATUSPULSE_CONFIG: 'gone.yaml' } })).toHaveProperty('STATUSPULSE_CONFIG')
  })

  it('that is not YAML is refused with the line', async () => {
    expect(Object.keys(faultsOf({ file: await fileWith('port: 1\nhost: [a\n') }))[0]).toMatch(
      /^some\.yaml:\d$/,
    )
  })

  it('that names a setting twice is refused', async () => {
    expect(faultsOf({ file: await fileWith('port: 1\nport: 2\n') })).toHaveProperty(['some.yaml:2'])
  })

  it('may be empty, and a key without a value is one that is not set', async () => {
    expect(load({ file: await fileWith('') }).port).toBe(8080)
    expect(load({ file: await fileWith('port:\n') }).port).toBe(8080)
  })

  it('of whatever text is taken or refused, never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...'port: 1\n[]{}&*!|>-"\'#,%@`?') }),
        async text => {
          const file = await fileWith(text)
          try {
            load({ file })
          } catch (error) {
            expect(error).toBeInstanceOf(Problem)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
