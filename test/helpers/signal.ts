/** Lets tests wait for a state instead of sleeping: whoever changes something fires. */
export class Signal {
  readonly #waiting = new Set<() => void>()

  fire(): void {
    for (const look of [...this.#waiting]) look()
  }

  /** Resolves as soon as `holds` is true, looked at now and after every change. */
  until(holds: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (!holds()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}
