import { isRecord } from '../../../../kubernetes/json.js';

const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What one server called things that another one, asked the same, names in its own way: uids, versions, drawn names, hashes. */
export class Translation {
  /** What the first server called it → what the second one calls it. */
  readonly #translations = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #versions = new Map<string, string>();

  /** What the second server calls it → what the first one called it. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /** A part of a path or a query. */
  text(text: string): string {
    let result = text;
    for (const [theirs, ours] of this.#translations) result = result.replaceAll(theirs, ours);
    return result.replace(/resourceVersion=(\d+)/g, (_all, version: string) => `resourceVersion=${this.#versions.get(version) ?? version}`).replace(/continue=([\w-]+)/, (_all, token: string) => `continue=${this.#token(token)}`);
  }

  /** A body. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.#translations.get(value) ?? value;
    if (Array.isArray(value)) return value.map((item: unknown) => this.value(item));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'resourceVersion' && typeof item === 'string' ? (this.#versions.get(item) ?? item) : this.value(item)]));
  }

  learnVersion(theirs: string, ours: string): void {
    this.#versions.set(theirs, ours);
  }

  /** `uid of <name>` in a body then stands for the uid of this object. */
  learnOwner({ metadata }: { metadata: { name: string; uid: string } }): void {
    this.#translations.set(`uid of ${metadata.name}`, metadata.uid);
  }

  /** Walks two answers to the same request side by side. */
  learn(theirs: unknown, ours: unknown): void {
    if (Array.isArray(theirs) && Array.isArray(ours)) return theirs.forEach((item, index) => this.learn(item, ours[index]));
    if (!isRecord(theirs) || !isRecord(ours)) return;
    for (const [key, value] of Object.entries(theirs)) {
      const other = ours[key];
      if (key === 'token' && value === '(token removed)' && typeof other === 'string') this.#translations.set('(token of the case before)', other);
      else if (key === 'resourceVersion' && typeof value === 'string' && typeof other === 'string') this.#versions.set(value, other);
      else if (key === 'uid' && typeof value === 'string' && typeof other === 'string' && UID.test(value)) this.#translations.set(value, other);
      else if (key === 'name' && isGenerated(theirs, value) && isGenerated(ours, other) && value !== other) {
        this.#translations.set(value, other);
        this.#names.set(other, value);
      } else if (key === 'pod-template-hash' && typeof value === 'string' && typeof other === 'string') {
        this.#translations.set(value, other);
        this.#names.set(other, value);
      } else this.learn(value, other);
    }
  }

  #token(token: string): string {
    try {
      const content = JSON.parse(Buffer.from(token, 'base64url').toString());
      return Buffer.from(JSON.stringify({ ...content, rv: Number(this.#versions.get(String(content.rv)) ?? content.rv) })).toString('base64url');
    } catch {
      return token;
    }
  }
}

function isGenerated({ generateName }: Record<string, unknown>, name: unknown): name is string {
  return typeof generateName === 'string' && generateName !== '' && typeof name === 'string' && name.startsWith(generateName);
}
