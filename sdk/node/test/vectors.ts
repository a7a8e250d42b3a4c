import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EventCase, SecretCase, SignatureCase, SigningCase } from '../../vectors/cases.ts'

interface Cases {
  'standard-webhooks': SignatureCase
  'body-signature': SignatureCase
  events: EventCase
  secrets: SecretCase
  signing: SigningCase
}

/** The cases of one file of shared vectors. */
export function casesOf<Name extends keyof Cases>(name: Name): Cases[Name][] {
  const path = join(import.meta.dirname, '../../vectors', `${name}.json`)
  return JSON.parse(readFileSync(path, 'utf8')).cases
}
