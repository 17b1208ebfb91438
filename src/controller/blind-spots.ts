import { isForbidden, isNotFound, type ApiError } from '../cluster/api-error.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { GROUP } from '../model/resources.js';

type AnyResource = Pick<Resource<KubernetesObject>, 'group' | 'plural'>;

/** What cannot be watched, because this controller may not or because there is no such kind, and what mends it. */
export class BlindSpots {
  readonly #said = new Map<string, string>();

  /**
   * Takes in why a watch failed. @returns the sentence to be told: undefined for what has been told already; the error's own
   * for what mends itself
   */
  failed(resource: AnyResource, error: Error): string | undefined {
    const text = isForbidden(error) ? forbidden(resource, error) : isNotFound(error) ? unserved(resource) : undefined;
    if (text === undefined) return error.message;
    const key = nameOf(resource);
    if (this.#said.get(key) === text) return undefined;
    this.#said.set(key, text);
    return text;
  }

  /** It can be watched. @returns whether it could not before */
  seen(resource: AnyResource): boolean {
    return this.#said.delete(nameOf(resource));
  }

  /** Why this kind cannot be watched at the moment. */
  about(resource: AnyResource): string | undefined {
    return this.#said.get(nameOf(resource));
  }
}

const nameOf = ({ group, plural }: AnyResource): string => (group === '' ? plural : `${plural}.${group}`);

function forbidden(resource: AnyResource, error: ApiError): string {
  return `The controller may not list and watch ${nameOf(resource)}: ${error.status.message ?? error.message}. Its role is not that of this version: bring it up to date with serin install or helm upgrade.`;
}

function unserved(resource: AnyResource): string {
  const remedy = resource.group === GROUP ? 'Its definition was deleted or never installed: put it back with serin install, or apply the crds of the chart.' : 'It is tried again until there is.';
  return `The cluster knows no ${nameOf(resource)}. ${remedy}`;
}

/** What a request was refused for want of a right, and what to do. */
export const lacksRight = ({ status, message }: ApiError, what: string): string =>
  `${what}: ${status.message ?? message}. Give it this right, or let an administrator do it with serin install and start the controller without --install. It is tried again until then.`;
