import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ForeignAlerts } from '../../src/decide/observation.ts'
import { takeNotified, takePosted } from '../../src/intake/alertmanager.ts'
import { fingerprintOf } from '../../src/intake/fingerprint.ts'
import { checkGrafanaSignature } from '../../src/intake/grafana-signature.ts'
import type { Taken } from '../../src/intake/intake.ts'
import { compileMapping } from '../../src/intake/mapping.ts'
import { NO_RULES } from '../../src/intake/rules.ts'
import { recorded } from './recorded.ts'

const mapping = compileMapping(NO_RULES)
const NOW = Date.parse('2026-11-24T03:49:25Z')

const SHOP_BROKEN = {
  fingerprint: 'ad4d1bb3d0f2c58d',
  severity: 'critical',
  summary: 'checkout is broken',
  region: 'eu-west-1',
  affectedEndpoints: ['/api/v1/cart'],
  startedAt: Date.parse('2026-11-24T03:49:22.080Z'),
}

function alertsOf({ sightings }: Taken) {
  return sightings.flatMap(({ observation }) => (observation as ForeignAlerts).alerts)
}

describe('what Alertmanager 0.25 sent', () => {
  it.each(['firing', 'resolved'] as const)('is read: %s', state => {
    const taken = takeNotified(recorded(`alertmanager-${state}.json`), 'alertmanager', mapping, NOW)
    expect(taken).toMatchObject({
      rejected: [],
      sightings: [
        {
          monitorName: 'checkout',
          observation: { kind: 'alerts', time: NOW, alerts: [{ ...SHOP_BROKEN, state, expiresAt: null }] },
        },
      ],
    })
  })

  it('has the fingerprint that we make of its labels', () => {
    const [{ labels, fingerprint }] = recorded('alertmanager-firing.json').alerts
    expect(fingerprintOf(labels)).toBe(fingerprint)
  })
})

describe('what Prometheus 2.42 posted', () => {
  it('fires until its endsAt, under the fingerprint that Alertmanager gives it', () => {
    const taken = takePosted(recorded('prometheus-firing.json'), mapping, NOW)
    const expiresAt = Date.parse('2026-11-24T03:49:28.080Z')
    expect(alertsOf(taken)).toMatchObject([{ ...SHOP_BROKEN, state: 'firing', expiresAt }])
  })

  it('is resolved once its endsAt has passed', () => {
    const taken = takePosted(recorded('prometheus-resolved.json'), mapping, NOW + 1_000)
    expect(alertsOf(taken)).toMatchObject([{ ...SHOP_BROKEN, state: 'resolved', expiresAt: null }])
  })

  it('without an endsAt counts for five minutes', () => {
    const taken = takePosted([{ labels: { alertname: 'a' } }], mapping, NOW)
    expect(alertsOf(taken)).toMatchObject([{ state: 'firing', startedAt: NOW, expiresAt: NOW + 300_000 }])
  })
})

describe('what Grafana sends', () => {
  it('is read, with words and lists of its own', () => {
    const taken = takeNotified(recorded('grafana-firing.json'), 'grafana', mapping, NOW)
    expect(taken.sightings).toMatchObject([
      {
        monitorName: 'cart',
        observation: {
          alerts: [
            {
              fingerprint: 'c6eadffa33fcdf37',
              severity: 'critical',
              region: 'eu-west-1b',
              affectedEndpoints: ['/api/v1/cart', '/api/v1/checkout'],
              startedAt: Date.parse('2026-11-24T03:51:03.157Z'),
            },
          ],
        },
      },
    ])
  })

  const body = Buffer.from('{"alerts":[]}')
  const sign = (text: string) => createHmac('sha256', 'secret').update(text).digest('hex')
  const check = (signature: string | undefined, timestamp?: string) =>
    checkGrafanaSignature(body, { signature, timestamp }, 'secret', NOW)

  it('is trusted when it is signed with the secret, with or without a timestamp', () => {
    expect(check(sign(body.toString()))).toBeNull()
    expect(check(sign(body.toString()).toUpperCase())).toBeNull()
    const timestamp = String(NOW / 1_000 - 299)
    expect(check(sign(`${timestamp}:${body}`), timestamp)).toBeNull()
  })

  it('is refused unsigned, signed with something else, of other bytes, or replayed', () => {
    expect(check(undefined)).toMatch(/no x-grafana-alerting-signature/)
    expect(check('')).toMatch(/not made with the secret/)
    expect(check(sign('{"alerts": []}'))).toMatch(/not made with the secret/)
    const old = String(NOW / 1_000 - 301)
    expect(check(sign(`${old}:${body}`), old)).toMatch(/more than 300 s/)
    expect(check(sign(`now:${body}`), 'now')).toMatch(/more than 300 s/)
    // A timestamp that was not signed is no timestamp.
    expect(check(sign(body.toString()), String(NOW / 1_000))).toMatch(/not made with the secret/)
  })
})

describe('alerts that came together', () => {
  const label = fc.constantFrom('alertname', 'service', 'monitor', 'severity', 'region')
  const alert = fc.record({
    status: fc.constantFrom('firing' as const, 'resolved' as const),
    labels: fc.dictionary(label, fc.string({ maxLength: 5 })),
    annotations: fc.option(fc.dictionary(fc.string(), fc.string()), { nil: undefined }),
    startsAt: fc.option(fc.string(), { nil: undefined }),
    fingerprint: fc.option(fc.string({ maxLength: 3 }), { nil: undefined }),
  })

  it('are each taken or rejected, once, in their order, as one observation of each monitor', () => {
    fc.assert(
      fc.property(fc.array(alert, { maxLength: 20 }), alerts => {
        const { sightings, rejected, ignored } = takeNotified({ alerts }, 'alertmanager', mapping, NOW)
        const taken = sightings.map(({ observation }) => (observation as ForeignAlerts).alerts)
        expect(taken.flat().length + rejected.length + ignored).toBe(alerts.length)
        expect(new Set(sightings.map(({ monitorName }) => monitorName)).size).toBe(sightings.length)
        for (const { path } of rejected) expect(path).toMatch(/^alerts\[\d+\]$/)
        for (const one of taken.flat()) {
          expect(one.fingerprint).not.toBe('')
          expect(JSON.stringify(one).isWellFormed()).toBe(true)
        }
      }),
    )
  })

  it('without a monitor, or with one whose name is too long, are rejected and say why', () => {
    const alerts = [{}, { monitor: 'm'.repeat(201) }, { monitor: 'a\0b' }].map(labels => ({
      status: 'firing' as const,
      labels: labels as Record<string, string>,
    }))
    expect(
      takeNotified({ alerts }, 'alertmanager', mapping, NOW).rejected.map(({ message }) => message),
    ).toEqual([
      expect.stringContaining('name a monitor'),
      expect.stringContaining('more than 200 characters'),
      expect.stringContaining('NUL'),
    ])
  })

  it('bring no more labels along than can be kept', () => {
    const labels = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`l${index}`, 'x'.repeat(5_000)]),
    )
    const alerts = [{ status: 'firing' as const, labels: { monitor: 'm', ...labels } }]
    const { sightings } = takeNotified({ alerts }, 'alertmanager', mapping, NOW)
    expect(JSON.stringify(sightings).length).toBeLessThan(64 * 1_024)
  })
})
