/** The product's name and sign. */
export function Mark({ large = false }: { large?: boolean }) {
  return (
    <span
      className={`inline-flex items-center gap-2.5 font-semibold tracking-tight ${large ? 'text-xl' : ''}`}
    >
      <svg viewBox="0 0 32 32" aria-hidden="true" className={large ? 'size-9' : 'size-7'}>
        <rect width="32" height="32" rx="9" className="fill-ink" />
        <path
          d="M5 17h5l3-8 5.5 14 3-6H27"
          className="fill-none stroke-paper"
          strokeWidth="2.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      StatusPulse
    </span>
  )
}
