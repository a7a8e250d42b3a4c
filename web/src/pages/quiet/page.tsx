import { May } from '../../parts/may.tsx'
import { Page } from '../../ui/page.tsx'
import { MaintenanceCard } from './maintenance.tsx'
import { SilencesCard } from './silences.tsx'

/** What is held back: for a time, or because trouble is expected. */
export function QuietPage() {
  return (
    <Page
      title="Silences and maintenance"
      about="What is not told for a time. It stays on record with the reason, and what is still wrong at the end is told then."
    >
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <May need="respond">
          <SilencesCard />
        </May>
        <May need="admin">
          <MaintenanceCard />
        </May>
      </div>
    </Page>
  )
}
