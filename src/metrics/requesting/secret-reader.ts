import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { NoReading } from '../reading.js';

/** A value of a Secret, as policies name it. */
export interface SecretKey {
  readonly secret: string;
  readonly key: string;
}

/** A Secret, or its key, that is not there or may not be read: for the author of the policy to put right. */
export class MissingSecret extends NoReading {
  constructor(message: string) {
    super('failed', message);
  }
}

/** Reads values of Secrets when they are needed, and forgets them soon. */
export interface SecretReader {
  /** The value, without blanks around it: editors and `echo` leave line ends behind. @throws MissingSecret naming Secret and key */
  read(namespace: string, key: SecretKey, signal: AbortSignal): Promise<string>;
  /** Reads this Secret anew next time: who was asked did not take the value. */
  doubt(namespace: string, secret: string): void;
}

/** How long a Secret is not read again, in milliseconds. */
const KEPT = 30_000;

interface Kept {
  readonly until: number;
  readonly data: Readonly<Record<string, string>>;
}

/** Reads from the API; nothing of a Secret is written or logged anywhere. */
export function createSecretReader(client: Pick<ClusterClient, 'find'>, clock: Clock): SecretReader {
  const kept = new Map<string, Kept>();

  const dataOf = async (namespace: string, name: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>> => {
    const id = `${namespace}/${name}`;
    for (const [known, { until }] of kept) if (until <= clock.monotonic()) kept.delete(known);
    const known = kept.get(id);
    if (known) return known.data;
    const found = await client.find(resources.secrets, { namespace, name }, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      const why = isForbidden(error) ? `Serin may not read it; let its role get secrets in ${namespace}` : 'the API server gave no answer';
      throw new MissingSecret(`Secret ${name} in ${namespace} could not be read: ${why}`);
    });
    if (!found) throw new MissingSecret(`there is no Secret ${name} in ${namespace}`);
    const data = found.data ?? {};
    kept.set(id, { until: clock.monotonic() + KEPT, data });
    return data;
  };

  return {
    async read(namespace, { secret, key }, signal) {
      const data = await dataOf(namespace, secret, signal).catch((error: unknown) => {
        throw error instanceof MissingSecret ? new MissingSecret(`${error.message} (its key ${key} is needed)`) : error;
      });
      const value = Object.hasOwn(data, key) ? Buffer.from(data[key] ?? '', 'base64').toString('utf8').trim() : '';
      if (value === '') {
        // It may be put right any moment; nobody should have to wait for us to forget.
        kept.delete(`${namespace}/${secret}`);
        throw new MissingSecret(`Secret ${secret} in ${namespace} has ${Object.hasOwn(data, key) ? 'an empty' : 'no'} key ${key}`);
      }
      return value;
    },
    doubt: (namespace, secret) => void kept.delete(`${namespace}/${secret}`),
  };
}
