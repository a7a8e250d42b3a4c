/** Numbers that look random and can be had again: from 0 (included) to 1. */
export type Random = () => number

/** A generator of its own for a test: prints its seed, and takes the one in STATUSPULSE_TEST_SEED if there is one. */
export function seededRandom(what: string): Random {
  const seed = Number(process.env.STATUSPULSE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32))
  console.info(`${what}: STATUSPULSE_TEST_SEED=${seed}`)
  return mulberry32(seed)
}

function mulberry32(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A number between two others. */
export function between(random: Random, from: number, to: number): number {
  return from + random() * (to - from)
}
