const MAX_CHANGES = 2

/** The candidate that `word` was most likely meant to be; null: none is near enough (2 changes of a letter). */
export function closest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let fewest = MAX_CHANGES + 1
  for (const candidate of candidates) {
    const changes = distance(word, candidate)
    if (changes < fewest) [best, fewest] = [candidate, changes]
  }
  return best
}

/** Levenshtein's: letters added, dropped or exchanged. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const exchanged = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, exchanged))
    }
    row = next
  }
  return row[b.length]!
}
