import type { Parcel } from './parcel.ts'

/** One request that carries several parcels of an endpoint; each of them keeps an attempt and a schedule of its own. */
export class Digest {
  readonly #lead: Parcel
  readonly #members: Parcel[] = []
  // biome-ignore lint/suspicious/noExplicitAny: whatever `send` comes to.
  #sent: Promise<any> | null = null
  #isOnItsWay = false

  /** @param lead whose turn it is; the others ride with it */
  constructor(lead: Parcel) {
    this.#lead = lead
  }

  /**
   * Puts a parcel into the request, which leaves as soon as the caller's turn is over: whoever is to be in it joins
   * before that.
   * @param send sends the request for all that joined; called once
   * @returns what `send` comes to; null: it has left without the parcel
   */
  join<T>(parcel: Parcel, send: (members: readonly Parcel[]) => Promise<T>): Promise<T> | null {
    if (this.#isOnItsWay) return null
    this.#members.push(parcel)
    this.#sent ??= Promise.resolve().then(() => {
      this.#isOnItsWay = true
      return send(this.#members)
    })
    return this.#sent
  }

  /** Whether the parcel has no turn of its own, but goes along with another. */
  isRider(parcel: Parcel): boolean {
    return this.#lead !== parcel
  }
}
