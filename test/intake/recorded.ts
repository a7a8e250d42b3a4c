import { readFileSync } from 'node:fs'

/** The bytes of a body as a real program sent it. */
export function recordedBytes(name: string): Buffer {
  return readFileSync(new URL(`recorded/${name}`, import.meta.url))
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of other programs.
export function recorded(name: string): any {
  return JSON.parse(recordedBytes(name).toString())
}
