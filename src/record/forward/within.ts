/**
 * What `work` comes to; rejects when that takes too long, or is over.
 * @param late what it rejects with then: an Error, or the words of one
 * @param ended its reason is what else the rejection may be
 */
export async function within<T>(
  work: Promise<T>,
  mostMs: number,
  late: string | Error,
  ended?: AbortSignal,
): Promise<T> {
  const given = Promise.withResolvers<never>()
  const end = () => given.reject(ended?.reason)
  const timer = setTimeout(() => given.reject(late instanceof Error ? late : new Error(late)), mostMs)
  ended?.addEventListener('abort', end)
  if (ended?.aborted) end()
  try {
    return await Promise.race([work, given.promise])
  } finally {
    clearTimeout(timer)
    ended?.removeEventListener('abort', end)
  }
}
