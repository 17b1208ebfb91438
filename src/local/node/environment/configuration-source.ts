import type { ClusterClient } from '../../../cluster/client.js';
import type { EnvFromSource, EnvVarSource } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import { ContainerConfigError } from './container-config-error.js';

/** Reads ConfigMaps and Secrets of one namespace for the environment of one container; each object once. */
export class ConfigurationSource {
  readonly #client: Pick<ClusterClient, 'find'>;
  readonly #namespace: string;
  readonly #signal: AbortSignal;
  readonly #found = new Map<string, Promise<Record<string, string> | undefined>>();

  constructor(client: Pick<ClusterClient, 'find'>, namespace: string, signal: AbortSignal) {
    this.#client = client;
    this.#namespace = namespace;
    this.#signal = signal;
  }

  /** One key; undefined where it, or the object, is missing and optional. @throws ContainerConfigError where it is not */
  async value({ configMapKeyRef, secretKeyRef }: Pick<EnvVarSource, 'configMapKeyRef' | 'secretKeyRef'>): Promise<string | undefined> {
    const reference = configMapKeyRef ?? secretKeyRef;
    if (reference === undefined) return undefined;
    const { name = '', key, optional = false } = reference;
    const kind = configMapKeyRef === undefined ? 'Secret' : 'ConfigMap';
    const data = await this.#data(kind, name, optional);
    if (data !== undefined && Object.hasOwn(data, key)) return data[key];
    if (optional) return undefined;
    throw new ContainerConfigError(`couldn't find key ${key} in ${kind} ${this.#namespace}/${name}`);
  }

  /** All keys of an `envFrom` entry, with its prefix. @throws ContainerConfigError when the object is missing */
  async all({ configMapRef, secretRef, prefix = '' }: EnvFromSource): Promise<Record<string, string>> {
    const reference = configMapRef ?? secretRef;
    if (reference === undefined) return {};
    const data = await this.#data(configMapRef === undefined ? 'Secret' : 'ConfigMap', reference.name ?? '', reference.optional ?? false);
    return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, value]));
  }

  async #data(kind: 'ConfigMap' | 'Secret', name: string, optional: boolean): Promise<Record<string, string> | undefined> {
    const id = `${kind}/${name}`;
    const reading = this.#found.get(id) ?? (kind === 'ConfigMap' ? this.#configMap(name) : this.#secret(name));
    this.#found.set(id, reading);
    const data = await reading;
    if (data === undefined && !optional) throw new ContainerConfigError(`${kind.toLowerCase()} "${name}" not found`);
    return data;
  }

  async #configMap(name: string): Promise<Record<string, string> | undefined> {
    const object = await this.#client.find(resources.configMaps, { name, namespace: this.#namespace }, { signal: this.#signal });
    return object === undefined ? undefined : (object.data ?? {});
  }

  async #secret(name: string): Promise<Record<string, string> | undefined> {
    const object = await this.#client.find(resources.secrets, { name, namespace: this.#namespace }, { signal: this.#signal });
    if (object === undefined) return undefined;
    return Object.fromEntries(Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  }
}
