import { useRouter } from '@tanstack/react-router'
import { type ComponentPropsWithRef, useEffect } from 'react'

/**
 * A link within the console for lists of many: the router's own costs more than all else in a row. Give it the whole
 * path; {@link usePlainLinks} makes it lead there without a new page load.
 */
export function PlainLink(props: ComponentPropsWithRef<'a'> & { href: string }) {
  return <a data-plain {...props} />
}

/** Makes all plain links lead where they say; to be used once. */
export function usePlainLinks(): void {
  const router = useRouter()
  useEffect(() => {
    function follow(click: MouseEvent) {
      const link =
        click.target instanceof Element ? click.target.closest<HTMLAnchorElement>('a[data-plain]') : null
      const isOurs = click.button === 0 && !(click.metaKey || click.ctrlKey || click.shiftKey || click.altKey)
      if (!link || !isOurs || click.defaultPrevented) return
      click.preventDefault()
      router.history.push(link.pathname + link.search)
    }
    document.addEventListener('click', follow)
    return () => document.removeEventListener('click', follow)
  }, [router])
}
