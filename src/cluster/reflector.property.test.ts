import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ConfigMap } from '../kubernetes/generated/core-v1.js';
import { resources } from '../kubernetes/resources.js';
import { seededRandom } from '../ports/random.js';
import { createClient } from './create-client.js';
import { createInformer } from './create-informer.js';
import { createHttpTransport } from './http-transport.js';
import type { Change } from './informer.js';
import { FaultServer, type Fault } from './testing/fault-server.js';
import { until } from './testing/until.js';

type Step =
  | { readonly do: 'put' | 'remove' | 'put-and-remember'; readonly name: string }
  | { readonly do: 'break'; readonly how: 'close' | 'reset' | 'reset-mid-line' | 'error-410' | 'forget' }
  | { readonly do: 'fail'; readonly kind: 'list' | 'watch'; readonly fault: Fault }
  | { readonly do: 'compact' | 'bookmark' | 'turn' | 'catch-up' };

const names = fc.constantFrom('a', 'b', 'c');
const status = fc.constantFrom(429, 500, 503, 410).map((code): Fault => ({ kind: 'status', code, reason: code === 410 ? 'Expired' : '' }));
const watchFault = fc.oneof(
  status,
  fc.constantFrom<Fault>(
    { kind: 'reset' },
    { kind: 'reset-after-headers' },
    { kind: 'reset-mid-line' },
    { kind: 'silent' },
    { kind: 'close' },
    { kind: 'error-event', code: 410, reason: 'Expired' },
    { kind: 'error-event', code: 500, reason: '' },
    { kind: 'line', line: 'garbage' },
  ),
);
const listFault = fc.oneof(status, fc.constantFrom<Fault>({ kind: 'reset' }, { kind: 'expire-token' }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('put', 'remove', 'put-and-remember'), name: names }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('break'), how: fc.constantFrom('close', 'reset', 'reset-mid-line', 'error-410', 'forget') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail'), kind: fc.constant('watch'), fault: watchFault }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail'), kind: fc.constant('list'), fault: listFault }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('compact', 'bookmark', 'turn', 'catch-up') }) },
);

it('ends with the state of the server, told in each object’s order, whatever happened on the way', async () => {
  const server = new FaultServer();
  const transport = createHttpTransport({ server: await server.start(), timeoutMilliseconds: 300 });
  const client = createClient(transport, { fieldManager: 'test', retries: { tries: 1 }, pageSize: 2 });
  const covered = new Map<string, number>();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), fc.nat(), async (steps, seed) => {
        for (const key of [...server.objects.keys()]) server.remove(key.split('/')[1] ?? '');
        const changes: Change<ConfigMap>[] = [];
        const informer = createInformer(client, resources.configMaps, {
          random: seededRandom(seed),
          backoff: { first: 1, longest: 4 },
          idleMilliseconds: 25,
        });
        informer.onChange((change) => changes.push(change));
        const current = (): boolean => same(informer.list(), [...server.objects.values()]);
        try {
          for (const each of steps) {
            covered.set(each.do, (covered.get(each.do) ?? 0) + 1);
            if (each.do === 'put') server.put(each.name);
            if (each.do === 'remove') server.remove(each.name);
            if (each.do === 'put-and-remember') {
              // The answer to a write may come before or after the watch's event for it.
              const written = server.put(each.name);
              if (seed % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
              informer.remember(written);
              const cached = informer.get({ name: each.name, namespace: 'default' })?.metadata.resourceVersion ?? '0';
              expect(BigInt(cached)).toBeGreaterThanOrEqual(BigInt(written.metadata.resourceVersion ?? '0'));
            }
            if (each.do === 'break') server.breakWatches(each.how);
            if (each.do === 'fail') server.fail(each.kind, each.fault);
            if (each.do === 'compact') server.compact();
            if (each.do === 'bookmark') server.bookmark();
            if (each.do === 'turn') await new Promise((resolve) => setImmediate(resolve));
            if (each.do === 'catch-up') await until(current, 'the cache to catch up');
          }
          await until(() => server.pendingFaults === 0 || (server.breakWatches('error-410'), false), 'all faults to be met');
          await until(current, 'the cache to be true');
          checkOrder(changes);
          expect(same(replay(changes), informer.list())).toBe(true);
        } finally {
          await informer.stop();
        }
      }),
      { numRuns: 250 },
    );
  } finally {
    await transport.stop();
    await server.stop();
  }
  for (const each of ['put', 'remove', 'put-and-remember', 'break', 'fail', 'compact']) expect(covered.get(each), each).toBeGreaterThan(0);
}, 120_000);

const identity = ({ metadata }: { metadata: ConfigMap['metadata'] }): string => `${metadata.namespace}/${metadata.name}@${metadata.uid}@${metadata.resourceVersion}`;

function same(one: readonly { metadata: ConfigMap['metadata'] }[], other: readonly { metadata: ConfigMap['metadata'] }[]): boolean {
  return one.map(identity).sort().join() === other.map(identity).sort().join();
}

/** What a listener that believes every change ends up with. */
function replay(changes: readonly Change<ConfigMap>[]): ConfigMap[] {
  const state = new Map<string, ConfigMap>();
  for (const { type, object } of changes) {
    if (type === 'deleted') state.delete(object.metadata.name);
    else state.set(object.metadata.name, object);
  }
  return [...state.values()];
}

function checkOrder(changes: readonly Change<ConfigMap>[]): void {
  const known = new Map<string, { uid: string | undefined; version: bigint }>();
  for (const change of changes) {
    const { name, uid, resourceVersion = '0' } = change.object.metadata;
    const before = known.get(name);
    expect(change.type === 'added').toBe(before === undefined);
    if (before) {
      expect(uid).toBe(before.uid);
      expect(BigInt(resourceVersion)).toBeGreaterThanOrEqual(before.version);
    }
    if (change.type === 'changed') expect(change.before.metadata.resourceVersion).toBe(String(before?.version));
    if (change.type === 'deleted') known.delete(name);
    else known.set(name, { uid, version: BigInt(resourceVersion) });
  }
}
