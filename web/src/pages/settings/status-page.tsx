import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api, ProblemError, take } from '../../api/client.ts'
import { statusPageQuery } from '../../api/status-page.ts'
import type { StatusPage, StatusPageInput } from '../../api/types.ts'
import { May } from '../../parts/may.tsx'
import { Note } from '../../ui/badge.tsx'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Field, inputClass, TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { StatusGroups } from './status-groups.tsx'

type Draft = Required<StatusPageInput> & Pick<StatusPage, 'groups'>

/** What the public is told, and whether it is. */
export function StatusPagePage() {
  const { data, error, refetch } = useQuery(statusPageQuery)
  return (
    <Page
      title="Status page"
      about="A page for everybody, without a key and without scripts: only what you choose here is ever on it."
      actions={
        data?.path && (
          <a href={data.path} target="_blank" rel="noreferrer" className={buttonClass()}>
            <ExternalLink aria-hidden="true" className="size-4" />
            See the live page
          </a>
        )
      }
    >
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : data ? (
        <May need="admin">
          <Settings page={data} />
        </May>
      ) : (
        <Skeleton rows={3} className="h-40" />
      )}
    </Page>
  )
}

function Settings({ page }: { page: StatusPage }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState<Draft>(() => inputOf(page))
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change })
  const save = useMutation({
    mutationFn: (body: StatusPageInput) => take(api.PUT('/v1/status-page', { body })),
    onSuccess: saved => client.setQueryData(statusPageQuery.queryKey, saved),
  })
  const fields = save.error instanceof ProblemError ? save.error.fields : {}
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate(draft)
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <Card title="The page">
        <div className="space-y-4">
          <Check label="Everybody may read it" isOn={draft.enabled} onChange={enabled => set({ enabled })} />
          <TextField
            label="Address"
            required
            maxLength={63}
            value={draft.slug}
            placeholder="acme"
            hint={`${location.origin}/status/${draft.slug || '…'}`}
            error={fields.slug}
            onChange={change => set({ slug: change.target.value })}
          />
          <TextField
            label="Title"
            required
            maxLength={100}
            value={draft.title}
            error={fields.title}
            onChange={change => set({ title: change.target.value })}
          />
          <Field label="Description" hint="Below the title; may stay empty." error={fields.description}>
            {described => (
              <textarea
                {...described}
                rows={2}
                maxLength={1_000}
                value={draft.description}
                onChange={change => set({ description: change.target.value })}
                className={inputClass}
              />
            )}
          </Field>
          <Check
            label="Show incidents, with the comments that were marked as public"
            isOn={draft.show_incidents}
            onChange={show_incidents => set({ show_incidents })}
          />
        </div>
      </Card>
      <StatusGroups groups={draft.groups} onChange={groups => set({ groups })} fields={fields} />
      {save.error && (
        <p role="alert" className="text-sm font-medium text-bad">
          {save.error.message}
        </p>
      )}
      {save.isSuccess && (
        <div role="status">
          <Note tone="ok">Saved. The page shows it within seconds.</Note>
        </div>
      )}
      <Button look="primary" type="submit" busy={save.isPending}>
        Save
      </Button>
    </form>
  )
}

function Check({
  label,
  isOn,
  onChange,
}: {
  label: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}) {
  return (
    <label className="flex min-h-8 cursor-pointer items-center gap-2 text-sm">
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-ink"
        checked={isOn}
        onChange={change => onChange(change.target.checked)}
      />
      {label}
    </label>
  )
}

function inputOf({ slug, path: _, ...page }: StatusPage): Draft {
  return { ...page, slug: slug ?? '' }
}
