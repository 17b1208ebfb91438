import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { resources } from '../../kubernetes/resources.js';
import type { NotificationChannel } from '../../model/notifications/notification-channel.js';
import { SendFailure } from './send-failure.js';

/** The Secret of a channel, as it is now. */
export interface ChannelSecret {
  /** Undefined where the Secret has no such key, or there is no Secret. */
  find(key: string): string | undefined;
  /** @throws SendFailure naming Secret and key */
  need(key: string): string;
  /** All values, for what must never be told. */
  readonly values: readonly string[];
}

/** Reads the Secret that a channel names; nothing of it is kept. @throws SendFailure where it is not there or may not be read */
export async function readChannelSecret(client: Pick<ClusterClient, 'find'>, channel: NotificationChannel, withoutConfig: boolean, signal?: AbortSignal): Promise<ChannelSecret> {
  const { secret: name, secretNamespace } = channel.spec;
  const namespace = channel.metadata.namespace ?? secretNamespace;
  if (name === undefined) return secretOf(undefined, {}, {});
  if (namespace === undefined) throw new SendFailure(`channel ${channel.metadata.name} names Secret ${name} and no namespace of it: say secretNamespace`);
  if (withoutConfig) throw new SendFailure(`Secret ${name} in ${namespace} is not read, since the controller runs with --without-config`);
  const found = await client.find(resources.secrets, { namespace, name }, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new SendFailure(`Secret ${name} in ${namespace} could not be read: ${isForbidden(error) ? `Serin may not; let its role get secrets in ${namespace}` : 'the API server gave no answer'}`);
  });
  if (!found) throw new SendFailure(`there is no Secret ${name} in ${namespace}`);
  return secretOf(`Secret ${name} in ${namespace}`, found.data ?? {}, found.stringData ?? {});
}

function secretOf(place: string | undefined, data: Readonly<Record<string, string>>, plain: Readonly<Record<string, string>>): ChannelSecret {
  // Editors and echo leave line ends behind.
  const values = new Map([...Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8').trim()] as const), ...Object.entries(plain).map(([key, text]) => [key, text.trim()] as const)]);
  const find = (key: string): string | undefined => (values.get(key) === '' ? undefined : values.get(key));
  return {
    find,
    need(key) {
      const value = find(key);
      if (value === undefined) throw new SendFailure(place === undefined ? `the channel names no Secret, and key ${key} of it is needed: say secret` : `${place} has no key ${key}, or an empty one`);
      return value;
    },
    // A short value may be a part of any word; blotting it out would leave nothing to read.
    values: [...values.values()].filter((value) => value.length >= 4),
  };
}
