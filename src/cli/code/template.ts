/** A value of the file in which `${NAME}` stands for a variable. */
export class Template {
  /** As it is written. */
  readonly text: string
  /** What it stands for, as far as that is known: only to check by, never to be shown. */
  readonly sample: string | null

  constructor(text: string, sample: string | null) {
    this.text = text
    this.sample = sample
  }
}
