import type { Endpoint } from '../../api/types.ts'
import { Card } from '../../ui/card.tsx'
import { Code } from '../../ui/code.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { receiversFor } from './receiver-code.ts'

/** A receiver to paste, made for this endpoint. */
export function VerifyCard({ endpoint }: { endpoint: Endpoint }) {
  const isSigned = endpoint.secrets.length > 0
  return (
    <Card
      id="verify"
      title="Verify it"
      about={
        isSigned
          ? 'A receiver that checks signature and age, and takes each event once. It runs as it is, with this endpoint’s path, answer and time.'
          : 'Nothing to verify: this service receives the event itself.'
      }
    >
      {isSigned && (
        <>
          <Tabs
            label="Language"
            tabs={receiversFor(endpoint).map(({ language, run, code }) => ({
              name: language,
              content: (
                <div className="space-y-3">
                  <Code label={`${language} receiver`} text={code} tall />
                  <Code label={`Command for ${language}`} text={run} />
                </div>
              ),
            }))}
          />
          <p className="mt-4 text-sm text-muted">
            The same as libraries, for Express, Fastify, Hono, Next.js, Flask, FastAPI, Django and net/http,
            are in the folder <code className="font-mono text-xs text-ink">sdk</code> of StatusPulse. Any
            Standard Webhooks library verifies it too.
          </p>
        </>
      )}
    </Card>
  )
}
