import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { digestQuery } from '../api/queries.ts'
import type { Attempt } from '../api/types.ts'

/** What went in the same message as an attempt, where that was a digest. */
export function DigestMembers({ attempt }: { attempt: Attempt }) {
  const { data } = useQuery(digestQuery(attempt.request_id))
  const others = data?.filter(one => one.delivery_id !== attempt.delivery_id) ?? []
  return (
    <details className="text-sm">
      <summary>
        Sent as a digest: one message for {attempt.digest_size} deliveries, which share the request and its
        answer
      </summary>
      <ul className="mt-2 grid gap-x-6 gap-y-1 sm:grid-cols-2">
        {others.map(one => (
          <li key={one.id} className="min-w-0 truncate">
            <Link
              to="/deliveries/$id"
              params={{ id: one.delivery_id }}
              className="underline underline-offset-2"
            >
              {one.monitor_name}
            </Link>
          </li>
        ))}
      </ul>
    </details>
  )
}
