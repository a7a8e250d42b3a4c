import type { Labels } from './labels.ts'

const OFFSET = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const SEPARATOR = 0xff
const utf8 = new TextEncoder()

/**
 * Alertmanager's own fingerprint of a label set (FNV-1a, 64 bit, 16 hex digits), so that an alert is the
 * same one whether it comes from Prometheus or by way of Alertmanager.
 */
export function fingerprintOf(labels: Labels): string {
  let hash = OFFSET
  const mix = (byte: number) => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  }
  for (const name of Object.keys(labels).sort(byBytes)) {
    for (const text of [name, labels[name] as string]) {
      for (const byte of utf8.encode(text)) mix(byte)
      mix(SEPARATOR)
    }
  }
  return hash.toString(16).padStart(16, '0')
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(utf8.encode(left), utf8.encode(right))
}
