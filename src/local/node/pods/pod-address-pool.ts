/** The Pod addresses of one node: the range's hosts from .2 on, each given out again as late as possible. */
export class PodAddressPool {
  readonly #range: string;
  readonly #prefix: string;
  readonly #holders = new Map<string, string>();
  #next = 2;

  /** @param range such as `10.244.3.0/24`; only /24 @throws Error for another range, or one within 127/8 */
  constructor(range: string) {
    const [, prefix, last] = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})\/24$/.exec(range) ?? [];
    if (prefix === undefined || last !== '0' || prefix.startsWith('127.')) throw new Error(`Pod range "${range}" must be a /24 such as 10.244.0.0/24, outside of 127/8`);
    this.#range = range;
    this.#prefix = prefix;
  }

  /** The node's own address: the first of the range. */
  get node(): string {
    return `${this.#prefix}.1`;
  }

  /** The address that this Pod holds, or the one it had before if that is free, or the next free one. @throws Error when there is none */
  take(uid: string, before?: string): string {
    const held = [...this.#holders].find(([, holder]) => holder === uid)?.[0];
    if (held !== undefined) return held;
    if (before?.startsWith(`${this.#prefix}.`) === true && before !== this.node && !this.#holders.has(before)) return this.#hold(before, uid);
    for (let tries = 2; tries <= 254; tries += 1) {
      const address = `${this.#prefix}.${this.#next}`;
      this.#next = this.#next === 254 ? 2 : this.#next + 1;
      if (!this.#holders.has(address)) return this.#hold(address, uid);
    }
    throw new Error(`all addresses of ${this.#range} are in use`);
  }

  release(uid: string): void {
    for (const [address, holder] of this.#holders) if (holder === uid) this.#holders.delete(address);
  }

  #hold(address: string, uid: string): string {
    this.#holders.set(address, uid);
    return address;
  }
}
