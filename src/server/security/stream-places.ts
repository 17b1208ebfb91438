import { tooMany } from '../errors.js';

/** Open streams by person, so that one person's forgotten tabs and loops do not hold all connections. */
export class StreamPlaces {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns what gives the place back; may be called twice. @throws HttpError 429 where the person has as many as may be */
  take(person: string): () => void {
    const open = this.#open.get(person) ?? 0;
    if (open >= this.#most) throw tooMany(`${person} has ${open} streams open, and that is the most: close some pages.`, 10);
    this.#open.set(person, open + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.#open.get(person) ?? 1) - 1;
      if (left === 0) this.#open.delete(person);
      else this.#open.set(person, left);
    };
  }
}
