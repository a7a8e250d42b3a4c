import './lib/locale.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ProblemError } from './api/client.ts'
import { session } from './api/session.ts'
import { router } from './router.tsx'
import './styles.css'

const MOST_RETRIES = 2

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What is refused stays refused; what did not get through may the next time.
      retry: (failures, error) =>
        failures < MOST_RETRIES && !(error instanceof ProblemError && error.status > 0 && error.status < 500),
    },
  },
})

// Nothing of one workspace is left for whoever signs in next.
session.onChange(() => queryClient.clear())
void session.ask()

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
