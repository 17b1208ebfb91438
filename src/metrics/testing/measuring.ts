import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { Secret } from '../../kubernetes/generated/core-v1.js';
import type { ClusterClient } from '../../cluster/client.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import type { CollectorDeps, MeasuredRelease } from '../collector-for.js';
import type { Collector } from '../collector.js';
import { NoReading } from '../reading.js';
import { createRequester } from '../requesting/requester.js';
import { createSecretReader } from '../requesting/secret-reader.js';
import type { MetricSample } from '../../statistics/metric-sample.js';

export const release = { apiVersion: 'serin.dev/v1alpha1', kind: 'Release', metadata: { name: 'web-1', namespace: 'shop', uid: 'u-1' } };

export const about = (since: number): MeasuredRelease => ({ release, policy: 'web', hashes: { stable: 'old', canary: 'new' }, since });

export const podOf = (name: string, hash: string, created: number): Pod => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, labels: { 'pod-template-hash': hash }, creationTimestamp: new Date(created).toISOString() },
  spec: { containers: [] }, status: { phase: 'Running' },
});

/** Secrets of the namespace shop, by name and key. */
export function secretsClient(secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): Pick<ClusterClient, 'find'> & { reads: number } {
  const client = {
    reads: 0,
    find: <T>(_resource: unknown, { name, namespace }: { name: string; namespace?: string }): Promise<T | undefined> => {
      client.reads++;
      const data = namespace === 'shop' ? secrets[name] : undefined;
      const encoded = data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]));
      const secret: Secret | undefined = encoded && { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, data: encoded };
      return Promise.resolve(secret as T | undefined);
    },
  };
  return client;
}

const unused = (): never => {
  throw new Error('not used');
};

/** What collectors of queries share, with real connections. */
export function measuring({ clock = systemClock, pods = [], secrets = {} }: { clock?: Clock; pods?: Pod[]; secrets?: Readonly<Record<string, Readonly<Record<string, string>>>> } = {}): CollectorDeps {
  return { clock, pods: { list: () => pods }, requester: createRequester({ clock }), secrets: createSecretReader(secretsClient(secrets), clock), jobs: { list: unused, create: unused, remove: unused }, exposed: unused };
}

/** Collects once: a sample, nothing, or why there is none. */
export async function collected(collector: Collector, signal = new AbortController().signal): Promise<MetricSample | string | undefined> {
  try {
    return await collector.collect(signal);
  } catch (error) {
    if (!(error instanceof NoReading)) throw error;
    return `${error.kind}: ${error.message}`;
  }
}
