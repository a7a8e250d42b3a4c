import { Link } from '@tanstack/react-router'
import { Check } from 'lucide-react'

/** The cards of an endpoint, in the order in which a person sets one up. */
export const STEPS = [
  { id: 'target', name: 'Secure HTTP target', short: 'Target' },
  { id: 'triggers', name: 'Define trigger conditions', short: 'Triggers' },
  { id: 'secret', name: 'Generate webhook secret', short: 'Secret' },
  { id: 'simulate', name: 'Simulate & validate', short: 'Simulate' },
  { id: 'verify', name: 'Verify it', short: 'Verify' },
  { id: 'rules', name: 'Delivery rules', short: 'Rules' },
] as const

/** Where in the set-up one is. @param props.endpointId left out: there is none yet to go to */
export function Steps({ current, endpointId }: { current: number; endpointId?: string }) {
  return (
    <nav aria-label="Steps" className="mb-5">
      <p className="mb-2 text-sm text-muted sm:hidden">
        Step {current} of {STEPS.length}: {STEPS[current - 1]?.name}
      </p>
      <ol className="grid grid-cols-6 gap-1.5 sm:gap-3">
        {STEPS.map(({ id, short }, index) => {
          const step = index + 1
          const content = (
            <>
              <span
                className={`block h-1 rounded-full ${step <= current ? 'bg-ink' : 'bg-line-strong/40'}`}
              />
              <span className="sr-only">Step {step}: </span>
              <span className="sr-only items-center gap-1.5 text-sm sm:not-sr-only sm:mt-2! sm:flex">
                {step < current && <Check aria-hidden="true" className="size-3.5" />}
                {short}
              </span>
            </>
          )
          const className = `block rounded-md pt-1 ${step === current ? 'font-medium' : 'text-muted'}`
          return (
            <li key={id}>
              {endpointId ? (
                <Link
                  to="/webhooks/$id/set-up"
                  params={{ id: endpointId }}
                  search={{ step }}
                  aria-current={step === current ? 'step' : undefined}
                  className={className}
                >
                  {content}
                </Link>
              ) : (
                <span className={className}>{content}</span>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
