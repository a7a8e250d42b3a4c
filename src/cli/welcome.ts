import type { App } from '../app.ts'
import { paint } from './output.ts'

type Ready = Pick<App, 'url' | 'adminToken' | 'databaseDescription'>

/** What `serve` prints when it is ready: where it is and, on the first start, all that is needed to begin. */
export function welcome(app: Ready, version: string, showsDemo: boolean): string[] {
  const lines = [
    '',
    `${paint(['bold', 'green'], 'StatusPulse')} ${version} is ready.`,
    '',
    row('Console', paint('cyan', app.url)),
    row('API reference', paint('cyan', `${app.url}/docs`)),
    row('Database', app.databaseDescription),
  ]
  if (showsDemo) {
    lines.push(
      row(
        'Demo',
        'demo-shop fails for 20 s of every minute, and its receiver is told (--no-demo: without it)',
      ),
    )
  }
  if (app.adminToken) {
    lines.push(
      row('Admin token', paint('bold', app.adminToken)),
      row('', paint('yellow', 'It is shown this once: put it in a safe place now.')),
      row('', 'Open the console and make the first account with it.'),
    )
  }
  // On a later start we do not have the token; a shell that has it as a variable can paste these too.
  const token = app.adminToken ?? '$STATUSPULSE_TOKEN'
  return [...lines, '', ...firstSteps(app.url, token), '', paint('dim', 'Ctrl-C stops it.'), '']
}

/** The same for programs: one JSON object. */
export function readyLine(app: Ready): object {
  return {
    url: app.url,
    database: app.databaseDescription,
    ...(app.adminToken ? { admin_token: app.adminToken } : {}),
  }
}

const EVENT = {
  monitor_name: 'checkout-service-redis',
  status: 'degraded',
  metadata: { region: 'us-west-2', response_time_ms: 1840, error_rate_pct: 12.4 },
}

const ENDPOINT = { url: 'https://example.com/hook', filter: { severities: ['critical', 'warning'] } }

function firstSteps(url: string, token: string): string[] {
  return [
    heading('1. Register an endpoint', "put your own receiver's https URL there"),
    ...curl(`${url}/v1/endpoints`, token, ENDPOINT),
    '',
    heading('2. Send a first event'),
    ...curl(`${url}/v1/events`, token, EVENT),
    '',
    heading('3. Or have events brought to this machine, signed, while you write your receiver'),
    `   npx statuspulse listen --forward http://localhost:3000/hook --url ${url} --token "${token}"`,
  ]
}

function heading(text: string, remark?: string): string {
  return ` ${paint('bold', text)}${remark ? paint('dim', ` (${remark})`) : ''}`
}

function curl(url: string, token: string, body: object): string[] {
  return [
    `   curl ${url} \\`,
    `     -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" \\`,
    `     -d '${JSON.stringify(body)}'`,
  ]
}

function row(name: string, value: string): string {
  return `  ${paint('dim', name.padEnd(14))} ${value}`
}
