import { Tabs as Root } from 'radix-ui'
import type { ReactNode } from 'react'

/** Several contents in one place, one shown. */
export function Tabs({
  label,
  tabs,
}: {
  label: string
  tabs: readonly { name: string; content: ReactNode }[]
}) {
  return (
    <Root.Root defaultValue={tabs[0]?.name}>
      <Root.List aria-label={label} className="mb-3 inline-flex gap-1 rounded-lg bg-idle-soft p-1">
        {tabs.map(({ name }) => (
          <Root.Trigger
            key={name}
            value={name}
            className="min-h-7 rounded-md px-3 text-sm text-muted data-[state=active]:bg-surface data-[state=active]:font-medium data-[state=active]:text-ink data-[state=active]:shadow-card"
          >
            {name}
          </Root.Trigger>
        ))}
      </Root.List>
      {tabs.map(({ name, content }) => (
        <Root.Content key={name} value={name}>
          {content}
        </Root.Content>
      ))}
    </Root.Root>
  )
}
