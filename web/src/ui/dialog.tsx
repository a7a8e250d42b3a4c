import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { IconButton } from './button.tsx'

/** A modal dialog: the browser's own, so that focus, Escape and the page behind are taken care of. */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
  bare = false,
}: {
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
  /** Without a heading of its own. */
  bare?: boolean
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog already.
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      onClick={click => click.target === dialog.current && onClose()}
      className="m-auto mt-[12vh] max-h-[80vh] w-[min(36rem,calc(100vw-2rem))] overflow-auto rounded-2xl border border-line bg-surface p-0 text-ink shadow-2xl"
    >
      {isOpen && (
        <>
          {!bare && (
            <header className="flex items-center justify-between gap-4 px-6 pt-5">
              <h2 className="text-base font-semibold">{title}</h2>
              <IconButton label="Close" onClick={onClose}>
                <X className="size-4" />
              </IconButton>
            </header>
          )}
          <div className={bare ? '' : 'px-6 pt-3 pb-6'}>{children}</div>
        </>
      )}
    </dialog>
  )
}
