/** Something with a due time, in one heap at most. */
export interface Due {
  /** ms since the epoch */
  dueAt: number
  /** Its place in the heap, kept by it; -1: in none. */
  place: number
}

/** A binary heap: what is due first is on top. Everything but a look at it costs O(log n). */
export class DueHeap<T extends Due> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  get top(): T | undefined {
    return this.#items[0]
  }

  /** Adds an item; with its due time changed, moves it. */
  put(item: T): void {
    if (item.place < 0) {
      item.place = this.#items.length
      this.#items.push(item)
    }
    this.#rise(item)
    this.#sink(item)
  }

  /** Takes an item out, if it is in. */
  delete(item: T): void {
    const { place } = item
    if (place < 0) return
    const last = this.#items.pop()!
    item.place = -1
    if (last === item) return
    this.#set(last, place)
    this.put(last)
  }

  #rise(item: T): void {
    while (item.place > 0) {
      const parent = this.#items[(item.place - 1) >> 1]!
      if (parent.dueAt <= item.dueAt) return
      this.#swap(item, parent)
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.place + 1]
      if (!left) return
      const right = this.#items[2 * item.place + 2]
      const child = right && right.dueAt < left.dueAt ? right : left
      if (child.dueAt >= item.dueAt) return
      this.#swap(item, child)
    }
  }

  #swap(one: T, other: T): void {
    const { place } = one
    this.#set(one, other.place)
    this.#set(other, place)
  }

  #set(item: T, place: number): void {
    item.place = place
    this.#items[place] = item
  }
}
