import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { monitorsQuery } from '../../api/queries.ts'
import type { StatusPage } from '../../api/types.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { inputClass, TextField } from '../../ui/field.tsx'

type Group = StatusPage['groups'][number]
type Shown = Group['monitors'][number]

const MOST_OFFERED = 200

/** Which monitors the public sees, in which groups, and by which names. */
export function StatusGroups({
  groups,
  onChange,
  fields,
}: {
  groups: readonly Group[]
  onChange: (groups: Group[]) => void
  /** What is wrong, by path. */
  fields: Readonly<Record<string, string>>
}) {
  const { data } = useQuery(monitorsQuery('', MOST_OFFERED))
  const monitors = data?.data ?? []
  const names = new Map(monitors.map(({ id, name }) => [id, name]))
  const chosen = new Set(groups.flatMap(group => group.monitors.map(({ monitor_id }) => monitor_id)))
  const left = monitors.filter(({ id }) => !chosen.has(id))
  const replace = (index: number, group: Group | null) =>
    onChange(groups.flatMap((one, at) => (at !== index ? [one] : group ? [group] : [])))
  return (
    <Card
      title="Monitors"
      about="The public reads the names that you write here; those of the monitors are never shown."
      action={
        left.length > 0 && (
          <Button onClick={() => onChange([...groups, { name: '', monitors: [shownAs(left[0]!)] }])}>
            <Plus aria-hidden="true" className="size-4" />
            Add a group
          </Button>
        )
      }
    >
      {groups.length === 0 && <p className="text-sm text-muted">None yet: the page is empty.</p>}
      <div className="space-y-6">
        {groups.map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place; its name may be anything.
          <fieldset key={index} className="space-y-3 rounded-xl border border-line p-4">
            <legend className="px-1 text-sm font-medium">Group {index + 1}</legend>
            <TextField
              label="Heading"
              maxLength={100}
              value={group.name}
              placeholder="Services"
              error={fields[`groups[${index}].name`]}
              onChange={change => replace(index, { ...group, name: change.target.value })}
            />
            <Rows
              group={group}
              names={names}
              errorOf={at => fields[`groups[${index}].monitors[${at}].display_name`]}
              onChange={shown => replace(index, shown.length > 0 ? { ...group, monitors: shown } : null)}
            />
            {left.length > 0 && (
              <select
                aria-label={`Add a monitor to group ${index + 1}`}
                value=""
                onChange={change => {
                  const monitor = left.find(({ id }) => id === change.target.value)
                  if (monitor) replace(index, { ...group, monitors: [...group.monitors, shownAs(monitor)] })
                }}
                className={inputClass}
              >
                <option value="">Add a monitor…</option>
                {left.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </fieldset>
        ))}
      </div>
    </Card>
  )
}

function Rows({
  group,
  names,
  errorOf,
  onChange,
}: {
  group: Group
  names: ReadonlyMap<string, string>
  errorOf: (index: number) => string | undefined
  onChange: (monitors: Shown[]) => void
}) {
  return group.monitors.map((shown, index) => {
    const name = names.get(shown.monitor_id) ?? shown.monitor_id
    return (
      <div key={shown.monitor_id} className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <TextField
            label={`Public name of ${name}`}
            required
            maxLength={100}
            value={shown.display_name}
            error={errorOf(index)}
            onChange={change =>
              onChange(
                group.monitors.map((one, at) =>
                  at === index ? { ...one, display_name: change.target.value } : one,
                ),
              )
            }
          />
        </div>
        <IconButton
          label={`Take ${name} off the page`}
          onClick={() => onChange(group.monitors.filter((_, at) => at !== index))}
        >
          <X aria-hidden="true" className="size-4" />
        </IconButton>
      </div>
    )
  })
}

/** Without a public name: that is for a person to write. */
function shownAs({ id }: { id: string }): Shown {
  return { monitor_id: id, display_name: '' }
}
