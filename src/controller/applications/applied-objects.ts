import { canonicalJson, deepEqual, isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';

/** What was applied last under a name, and what the server made of it. */
interface Applied {
  readonly text: string;
  readonly uid: string | undefined;
  readonly mark: string;
}

/**
 * Remembers what was applied, so that a pass writes only what is not so: what is wanted anew, what is gone, and what somebody
 * changed. After a start each object is applied once, because fields that are no longer wanted cannot be seen otherwise.
 */
export class AppliedObjects {
  readonly #applied = new Map<string, Map<string, Applied>>();

  /**
   * Whether an object has to be applied.
   * @param owner the key of the Application
   * @param found what is there; undefined for nothing
   * @param isSeen false where it is not known what is there; then only what is wanted counts
   */
  isDue(owner: string, wanted: KubernetesObject, found: KubernetesObject | undefined, isSeen: boolean): boolean {
    const known = this.#applied.get(owner)?.get(idOf(wanted));
    if (known === undefined || known.text !== canonicalJson(wanted)) return true;
    if (!isSeen) return false;
    if (found === undefined || found.metadata.uid !== known.uid) return true;
    return markOf(found) !== known.mark && !holds(found, wanted);
  }

  /** @param answer of the server */
  note(owner: string, wanted: KubernetesObject, answer: KubernetesObject): void {
    const all = this.#applied.get(owner) ?? new Map<string, Applied>();
    all.set(idOf(wanted), { text: canonicalJson(wanted), uid: answer.metadata.uid, mark: markOf(answer) });
    this.#applied.set(owner, all);
  }

  /** Forgets one object, or all of an Application. */
  forget(owner: string, object?: Pick<KubernetesObject, 'kind' | 'metadata'>): void {
    if (object) this.#applied.get(owner)?.delete(idOf(object));
    else this.#applied.delete(owner);
  }
}

const idOf = ({ kind, metadata: { name } }: Pick<KubernetesObject, 'kind' | 'metadata'>): string => `${kind}/${name}`;

/** Changes when somebody changes what an object asks for, and seldom otherwise. */
const markOf = ({ metadata }: KubernetesObject): string => (metadata.generation === undefined ? `version ${metadata.resourceVersion ?? ''}` : `generation ${metadata.generation}`);

/** Whether everything that is wanted is so; others may have added to it. */
export function holds(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(found) && found.length === wanted.length && wanted.every((each, index) => holds(found[index], each));
  if (isRecord(wanted)) return isRecord(found) && Object.entries(wanted).every(([key, value]) => holds(found[key], value));
  return deepEqual(found, wanted);
}
