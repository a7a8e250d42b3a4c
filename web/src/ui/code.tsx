import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from './button.tsx'

const SHOWN_COPIED_MS = 1_500

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_COPIED_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  return (
    <>
      <IconButton
        label={label}
        onClick={async () => {
          await navigator.clipboard.writeText(text)
          setCopied(true)
        }}
      >
        {isCopied ? <Check className="size-4 text-ok" /> : <Copy className="size-4" />}
      </IconButton>
      <span role="status" className="sr-only">
        {isCopied ? 'Copied' : ''}
      </span>
    </>
  )
}

/** Text as it is, never as HTML; scrolls by itself, by keyboard too. */
export function Code({
  text,
  label,
  copied = text,
  tall = false,
}: {
  text: string
  label: string
  /** What is copied, where that is not what is shown. */
  copied?: string
  tall?: boolean
}) {
  return (
    <div className="relative min-w-0 rounded-xl border border-line bg-sunken">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields. */}
      <div
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        aria-label={label}
        className={`overflow-auto rounded-xl ${tall ? 'max-h-[28rem]' : 'max-h-72'}`}
      >
        <pre className="p-4 pr-12 font-mono text-xs leading-relaxed">
          <code>{text}</code>
        </pre>
      </div>
      <div className="absolute top-1 right-1 rounded-lg bg-sunken">
        <CopyButton text={copied} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </div>
  )
}

/** An id: whole, in one line if it can be, with a way to copy it. */
export function Id({ text }: { text: string }) {
  return <span className="font-mono text-xs break-all">{text}</span>
}

/** JSON laid out for people; what is not JSON stays as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
