import type { Happening, World } from './world.js';

/** Counts what generated scenarios really reached, so that a property that never meets its case is seen. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  saw(world: World, what: Happening): void {
    this.#count(`happened ${what.kind}`);
    this.#count(`phase ${world.status.phase}`);
    if (world.accepted !== undefined && world.accepted > 0 && world.accepted < 1000) this.#count('shares split');
  }

  ended(world: World): void {
    this.#count(`ended in ${world.status.phase}${world.status.abortReason === undefined ? '' : ` (${world.status.abortReason})`}`);
  }

  has(what: string): boolean {
    return [...this.#counts.keys()].some((key) => key.startsWith(what));
  }

  toString(): string {
    return [...this.#counts].sort(([a], [b]) => a.localeCompare(b)).map(([what, count]) => `${what}: ${count}`).join(', ');
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}
