/** `older`, `same` or `newer`: how the first version relates to the second; `unknown` where that cannot be told. */
export type VersionOrder = 'older' | 'same' | 'newer' | 'unknown';

/**
 * Compares two resourceVersions of one resource. Kubernetes declares them comparable as decimal numbers since 1.35, and they
 * came from etcd's one counter long before; they pass 2^53, so they are compared as text. Versions of another form are only
 * ever equal or not.
 */
export function compareVersions(one: string, other: string): VersionOrder {
  if (one === other) return 'same';
  if (!isDecimal(one) || !isDecimal(other)) return 'unknown';
  const difference = one.length - other.length || (one < other ? -1 : 1);
  return difference < 0 ? 'older' : 'newer';
}

/** Without leading zeros longer is larger, and the same length compares digit by digit. */
function isDecimal(version: string): boolean {
  return /^(0|[1-9]\d*)$/.test(version);
}

/** The versions that went by last, for versions that can only be told apart. */
export class RecentVersions {
  readonly #capacity: number;
  readonly #seen = new Set<string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(version: string): void {
    this.#seen.delete(version);
    this.#seen.add(version);
    if (this.#seen.size > this.#capacity) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
  }

  has(version: string): boolean {
    return this.#seen.has(version);
  }

  clear(): void {
    this.#seen.clear();
  }
}
