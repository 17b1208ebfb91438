import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Scenario } from './scenario.js';

/** Translates between names that a run gives (hashes, random endings, uids) and the scenario's words for them, by order of appearance. */
export class NameBook {
  readonly #namespace: string;
  readonly #given: ReadonlySet<string>;
  readonly #words = new Map<string, string>();
  readonly #uids = new Map<string, string>();
  #replicaSets = 0;
  #pods = 0;

  constructor(scenario: Scenario, namespace: string) {
    this.#namespace = namespace;
    this.#words.set('$namespace', namespace);
    this.#given = new Set(scenario.steps.flatMap((step) => ('method' in step && step.method === 'POST' ? [`${kindOf(step.body)}/${nameOf(step.body)}`] : [])));
  }

  /** Takes note of an object that appeared. */
  see({ kind, metadata }: KubernetesObject): void {
    const key = `${kind}/${metadata.name}`;
    if (this.#uids.get(`$uid:${this.#hideText(key)}`) === metadata.uid) return;
    if (!this.#given.has(key) && ![...this.#words.values()].includes(metadata.name)) {
      if (kind === 'ReplicaSet') {
        this.#words.set(`$replicaSet${++this.#replicaSets}`, metadata.name);
        this.#words.set(`$hash${this.#replicaSets}`, metadata.labels?.['pod-template-hash'] ?? '');
      } else if (kind === 'Pod') {
        this.#words.set(`$pod${++this.#pods}`, metadata.name);
      }
    }
    this.#uids.set(`$uid:${this.#hideText(key)}`, metadata.uid ?? '');
  }

  /** Scenario words to this run's names. */
  reveal<T>(value: T): T {
    let text = JSON.stringify(value);
    for (const [word, uid] of longestFirst(this.#uids)) text = text.replaceAll(word, uid);
    for (const [word, name] of longestFirst(this.#words)) text = text.replaceAll(word, name);
    return JSON.parse(text) as T;
  }

  /** This run's names to scenario words. */
  hide<T>(value: T): T {
    return value === undefined ? value : (JSON.parse(this.#hideText(JSON.stringify(value))) as T);
  }

  #hideText(text: string): string {
    let hidden = text;
    const names = [...this.#words].filter(([word, name]) => !word.startsWith('$hash') && name !== this.#namespace);
    for (const [word, name] of names.sort((a, b) => b[1].length - a[1].length)) hidden = hidden.replaceAll(name, word);
    return hidden;
  }
}

function longestFirst(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort((a, b) => b[0].length - a[0].length);
}

function kindOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'kind' in body ? String(body.kind) : '';
}

function nameOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('metadata' in body)) return '';
  const { metadata } = body;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
}
