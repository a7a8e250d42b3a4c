/**
 * Whether tests that need a program can run. Where they cannot, a line says what is missing and how to get it; in CI
 * that is a failure.
 * @param found where it is; null: nowhere
 * @param how what gets it
 */
export function whereThereIs(name: string, found: string | null, how: string): boolean {
  if (found !== null) return true
  const missing = `${name} is not on this machine; to run its tests: ${how}`
  if (process.env.CI === 'true') throw new Error(missing)
  console.warn(`skipped: ${missing}`)
  return false
}
