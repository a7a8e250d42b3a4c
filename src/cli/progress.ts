/** One line on stderr that says how far something is, in place; nothing where there is no terminal. */
export class Progress {
  readonly #stream = process.stderr
  #shown = ''

  show(text: string): void {
    if (!this.#stream.isTTY || text === this.#shown) return
    this.#shown = text
    this.#stream.write(`\r\x1b[K${text}`)
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown !== '') this.#stream.write('\r\x1b[K')
    this.#shown = ''
  }
}
