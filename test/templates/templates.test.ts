import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkTemplate, TemplateError } from '../../src/deliver/templates/template.ts'
import { Templates } from '../../src/deliver/templates/templates.ts'

const ACCEPTED_AT = Date.parse('2024-05-14T09:23:12Z')
const PAYLOAD = JSON.stringify({
  monitor_name: 'api',
  status: 'down',
  metadata: { affected_endpoints: ['/a', '/b'] },
})

let templates: Templates

beforeAll(async () => {
  templates = new Templates()
})

afterAll(() => templates.stop())

const render = async (template: string, { id = 'dlv_1', payload = PAYLOAD } = {}) => {
  const delivery = { id, endpoint_id: 'ep_1', accepted_at: ACCEPTED_AT, dry_run: false }
  return (await templates.render({ template, payload, delivery })).toString()
}
const faultOf = async (template: string): Promise<TemplateError> =>
  await render(template).then(
    () => expect.fail('it was rendered'),
    error => error,
  )

describe('a payload template', () => {
  it('makes a body out of the payload, and of facts of the delivery', async () => {
    const template =
      '{ "text": monitor_name & " is " & status, "n": $count(metadata.affected_endpoints), "id": $delivery.id }'
    expect(await render(template)).toBe('{"text":"api is down","n":2,"id":"dlv_1"}')
  })

  it('may make any JSON: a text, a number, an array', async () => {
    expect(await render('monitor_name')).toBe('"api"')
    expect(await render('1 + 1')).toBe('2')
    expect(await render('metadata.affected_endpoints')).toBe('["/a","/b"]')
  })

  it('makes the same bytes whenever it is applied to a delivery: time and chance stand still', async () => {
    const template = '{ "at": $now(), "ms": $millis(), "r": $random(), "s": $shuffle([1..20]) }'
    const first = await render(template)
    expect(JSON.parse(first)).toMatchObject({ at: '2024-05-14T09:23:12.000Z', ms: ACCEPTED_AT })
    // In both processes, beside one another.
    const again = await Promise.all(Array.from({ length: 8 }, () => render(template)))
    expect(new Set([first, ...again]).size).toBe(1)
    expect(await render(template, { id: 'dlv_2' })).not.toBe(first)
  })

  it('sees nothing that another one left behind', async () => {
    await render('($secret := "kept"; $secret)')
    expect((await faultOf('$secret')).message).toBe('the template gives nothing for this event')
  })

  it('has no way to the program that runs it', async () => {
    for (const template of [
      '$constructor',
      'monitor_name.constructor',
      '$string.constructor("return process")()',
    ])
      expect(await faultOf(template)).toBeInstanceOf(TemplateError)
  })
})

describe('a template that fails', () => {
  it.each([
    ['reads what is not there', 'nothing.at.all', 'the template gives nothing for this event', null],
    ['takes text for a number', '{ "n": $number(status) }', 'Unable to cast value to a number: "down"', 15],
    [
      'makes more than 256 KiB',
      '$pad("x", 262144)',
      'the template makes 262146 bytes; 262144 is the most',
      null,
    ],
    ['recurses without an end', '($f := function($x) { 1 + $f($x) }; $f(1))', 'Stack overflow', 29],
    ['makes millions of items', '[1..9999999]', 'The maximum sequence length', 4],
  ])('because it %s says so', async (_, template, message, position) => {
    const fault = await faultOf(template)
    expect(fault.message).toContain(message)
    expect(fault).toMatchObject({ position, retry: false })
  })

  it.each([
    ['a loop', '($f := function() { $f() }; $f())'],
    ['a regular expression that backtracks', '$match($pad("", 40, "a") & "!", /^(a+)+$/)'],
    ['a text of a gigabyte', '$length($pad("xy", 500000000) & "z")'],
  ])(
    'because it runs on (%s) is stopped, and holds up neither this thread nor other templates',
    async (_, template) => {
      let turns = 0
      let looping = true
      const turn = () => {
        turns++
        if (looping) setImmediate(turn)
      }
      turn()
      const [fault, beside] = await Promise.all([faultOf(template), render('status')])
      looping = false
      expect(fault).toBeInstanceOf(TemplateError)
      expect(beside).toBe('"down"')
      expect(turns).toBeGreaterThan(100)
      expect(await render('status')).toBe('"down"')
    },
  )

  it('because it takes too much memory loses its own process only', async () => {
    const template =
      '$sum($map([1..100000], function($i) { $count([1..100000]) })) & $string([1..199999].{"a": [1..50]})'
    expect(await faultOf(template)).toBeInstanceOf(TemplateError)
    expect(await render('status')).toBe('"down"')
  })
})

describe('the check of a template', () => {
  it('passes what can be read, and evaluates nothing', () => {
    expect(checkTemplate('{ "a": b }')).toBeNull()
    expect(checkTemplate('($f := function() { $f() }; $f())')).toBeNull()
  })

  it('names the place of what cannot', () => {
    expect(checkTemplate('{ "a": }')).toBe(
      'is not valid JSONata: The symbol "}" cannot be used as a unary operator (at character 8)',
    )
    expect(checkTemplate('('.repeat(16_000))).toContain('is not valid JSONata')
  })
})

it('stopped, fails what still waits', async () => {
  const stopped = new Templates()
  await stopped.stop()
  const delivery = { id: 'dlv_1', endpoint_id: 'ep_1', accepted_at: 0, dry_run: false }
  await expect(stopped.render({ template: '1', payload: '{}', delivery })).rejects.toThrow(
    'StatusPulse is stopping',
  )
})
