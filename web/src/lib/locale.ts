/**
 * A browser under the locale POSIX calls its language `en-US@posix`, which is none: whatever asks for its formats
 * fails, uPlot as soon as it is loaded. To be imported before everything else.
 */
try {
  Intl.getCanonicalLocales(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en' })
}
