import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useState } from 'react'
import { monitorsQuery } from '../../api/queries.ts'
import { Field, inputClass } from '../../ui/field.tsx'

const SUGGESTIONS = 8

/** Picks monitors by searching for them, or by a pattern such as `checkout-*`. */
export function MonitorPicker({
  label,
  hint,
  chosen,
  onChange,
}: {
  label: string
  hint: string
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}) {
  const [text, setText] = useState('')
  const typed = text.trim()
  const isPattern = /[*?[\]]/.test(typed)
  const search = useDeferredValue(isPattern ? '' : typed)
  const found = useQuery(monitorsQuery(search, SUGGESTIONS))
  const suggestions = isPattern
    ? [typed]
    : [...new Set([...(found.data?.data.map(({ name }) => name) ?? []), ...(typed ? [typed] : [])])]
  const left = suggestions.filter(name => !chosen.includes(name))

  function add(name: string) {
    if (name !== '' && !chosen.includes(name)) onChange([...chosen, name])
    setText('')
  }

  function onKeyDown(press: KeyboardEvent) {
    if (press.key === 'Enter') {
      press.preventDefault()
      add(typed)
    }
    if (press.key === 'Backspace' && text === '') onChange(chosen.slice(0, -1))
  }

  return (
    <div className="space-y-2">
      <Field label={label} hint={hint}>
        {described => (
          <input
            {...described}
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={text}
            placeholder="Search monitors, or write a pattern: checkout-*"
            onChange={change => setText(change.target.value)}
            onKeyDown={onKeyDown}
            className={inputClass}
          />
        )}
      </Field>
      {chosen.length > 0 && (
        <ul aria-label="Chosen" className="flex flex-wrap gap-1.5">
          {chosen.map(name => (
            <li
              key={name}
              className="inline-flex min-h-8 items-center gap-1 rounded-full bg-ink pl-3 text-sm text-paper"
            >
              <span className="font-mono text-xs break-all">{name}</span>
              <button
                type="button"
                aria-label={`Remove ${name}`}
                onClick={() => onChange(chosen.filter(one => one !== name))}
                className="grid size-8 place-items-center rounded-full"
              >
                <X className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {left.length > 0 && (
        <ul aria-label="Suggestions" className="flex flex-wrap gap-1.5">
          {left.map(name => (
            <li key={name}>
              <button
                type="button"
                onClick={() => add(name)}
                className="inline-flex min-h-8 items-center gap-1.5 rounded-full border border-dashed border-line-strong pr-3 pl-2.5 text-sm hover:bg-sunken"
              >
                <Plus aria-hidden="true" className="size-3.5 text-muted" />
                <span className="font-mono text-xs break-all">{name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
