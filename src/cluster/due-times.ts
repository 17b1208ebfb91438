interface Due {
  readonly key: string;
  readonly at: number;
  readonly order: number;
}

/** Keys with the time at which each is due, the earliest first; of two times for one key the earlier holds. */
export class DueTimes {
  readonly #times = new Map<string, Due>();
  // A binary heap; entries that #times no longer holds are skipped when they come up.
  #heap: Due[] = [];
  #order = 0;

  get size(): number {
    return this.#times.size;
  }

  set(key: string, at: number): void {
    const known = this.#times.get(key);
    if (known && known.at <= at) return;
    const due = { key, at, order: this.#order++ };
    this.#times.set(key, due);
    this.#push(due);
  }

  delete(key: string): void {
    this.#times.delete(key);
  }

  /** When the next key is due. */
  next(): number | undefined {
    return this.#top()?.at;
  }

  /** Takes out the next key that is due at `now`. */
  take(now: number): string | undefined {
    const top = this.#top();
    if (!top || top.at > now) return undefined;
    this.#pop();
    this.#times.delete(top.key);
    return top.key;
  }

  #top(): Due | undefined {
    for (;;) {
      const [top] = this.#heap;
      if (!top || this.#times.get(top.key) === top) return top;
      this.#pop();
    }
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(due, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      if (right && isBefore(right, left)) child++;
      const least = right && isBefore(right, left) ? right : left;
      if (!isBefore(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
