import { expect, it } from 'vitest'
import { optionsOf } from '../../src/cli/kind-options.ts'

it('options of a kind become numbers and lists where the kind has them', () => {
  const texts = {
    host: 'mail.example.com',
    port: '465',
    from: 's@example.com',
    to: 'a@example.com, b@example.com',
  }
  expect(optionsOf('email', texts)).toEqual({ ...texts, port: 465, to: ['a@example.com', 'b@example.com'] })
  expect(optionsOf('pagerduty', { routing_key: '0123', region: 'eu' })).toEqual({
    routing_key: '0123',
    region: 'eu',
  })
})

it('options that the kind does not have, or cannot have so, are left for the API to refuse', () => {
  expect(optionsOf('email', { port: 'smtp', cc: 'a@example.com' })).toEqual({
    port: 'smtp',
    cc: 'a@example.com',
  })
})
