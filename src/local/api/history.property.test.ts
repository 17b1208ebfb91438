import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lmdbStore } from './lmdb-store.js';
import { memoryStore } from './memory-store.js';
import type { Store } from './store.js';
import { startApi } from './testing/local-client.js';

const path = '/api/v1/namespaces/default/configmaps';

type Step =
  | { readonly act: 'create' | 'replace' | 'patch'; readonly name: string; readonly data: number; readonly on: boolean }
  | { readonly act: 'hold' | 'let go' | 'delete'; readonly name: string };

const name = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ act: fc.constantFrom('create', 'create', 'replace', 'patch'), name, data: fc.nat(3), on: fc.boolean() }),
  fc.record({ act: fc.constantFrom('hold', 'let go', 'delete'), name }),
);
/** Steps of one batch run at once. */
const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 });

interface Event {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly labels?: { readonly on?: string } } };
}

/** What one server answered to all of it. */
async function run(store: Store, work: readonly (readonly Step[])[]) {
  const { call, clock, transport, api } = startApi({ store });
  await api.ready;
  const start = store.version;
  const take = ({ act, name: at, ...rest }: Step) => {
    const content = 'data' in rest ? { metadata: { name: at, labels: { on: String(rest.on) } }, data: { x: String(rest.data) } } : {};
    if (act === 'create') return call('POST', path, content);
    if (act === 'replace') return call('PUT', `${path}/${at}`, content);
    if (act === 'patch') return call('PATCH', `${path}/${at}`, content);
    if (act === 'delete') return call('DELETE', `${path}/${at}`);
    return call('PATCH', `${path}/${at}`, { metadata: { finalizers: act === 'hold' ? ['serin.test/hold'] : null } });
  };
  const answers: string[] = [];
  for (const batch of work) {
    answers.push(...(await Promise.all(batch.map(take))).map(({ status, body }) => `${status} ${body}`));
    await clock.advance(1000);
  }
  const watch = async (version: number, selector = ''): Promise<{ reading: Promise<Event[]> }> => {
    const query = new URLSearchParams({ watch: '1', timeoutSeconds: '1', resourceVersion: String(version), ...(selector === '' ? {} : { labelSelector: selector }) });
    const { chunks } = await transport.stream({ method: 'GET', path, query });
    const read = async (): Promise<Event[]> => {
      let text = '';
      for await (const chunk of chunks) text += chunk;
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line): Event => JSON.parse(line));
    };
    return { reading: read() };
  };
  const versions = Array.from({ length: store.version - start + 1 }, (_, index) => start + index);
  const watches = await Promise.all([...versions.map((version) => watch(version)), ...versions.map((version) => watch(version, 'on=true'))]);
  await clock.advance(2000);
  const seen = await Promise.all(watches.map(({ reading }) => reading));
  const [resumed, selected] = [seen.slice(0, versions.length), seen.slice(versions.length)];
  const [all = []] = resumed;
  const list: Event['object'][] = (await call('GET', path)).json.items;
  await api.close();
  return { answers, all, resumed, selected, list, start, end: store.version };
}

const versionOf = ({ object }: Event): number => Number(object.metadata.resourceVersion);
const isOn = (object: Event['object'] | undefined): boolean => object?.metadata.labels?.on === 'true';

/** What a watch of objects with a label sees of all events: they come and go with it. */
function selectedOf(events: readonly Event[]): string[] {
  const before = new Map<string, Event['object']>();
  return events.flatMap(({ type, object }) => {
    const was = isOn(before.get(object.metadata.name));
    if (type === 'DELETED') before.delete(object.metadata.name);
    else before.set(object.metadata.name, object);
    const is = type !== 'DELETED' && isOn(object);
    if (!was && !is) return [];
    return [`${was ? (is ? 'MODIFIED' : 'DELETED') : 'ADDED'} ${object.metadata.name} ${object.metadata.resourceVersion}`];
  });
}

const shown = ({ type, object }: Event): string => `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`;

test('memory and disk answer alike, and a watch resumed anywhere sees exactly what came after', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (work) => {
      const memory = memoryStore();
      const inMemory = await run(memory, work);
      await memory.close();
      const directory = await mkdtemp(join(tmpdir(), 'serin-history-'));
      try {
        const disk = lmdbStore(directory);
        const onDisk = await run(disk, work);
        await disk.close();
        expect(onDisk).toEqual(inMemory);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
      const { all, resumed, selected, list, start } = inMemory;
      expect(all.map(versionOf)).toEqual(all.map(versionOf).toSorted((a, b) => a - b));
      resumed.forEach((events, index) => expect(events).toEqual(all.filter((event) => versionOf(event) > start + index)));
      const known = selectedOf(all);
      selected.forEach((events, index) => {
        expect(events.map(shown)).toEqual(known.filter((line) => Number(line.split(' ')[2]) > start + index));
      });
      const state = new Map<string, Event['object']>();
      for (const { type, object } of all) {
        if (type === 'DELETED') state.delete(object.metadata.name);
        else state.set(object.metadata.name, object);
      }
      expect([...state.keys()].toSorted()).toEqual(list.map(({ metadata }) => metadata.name));
      expect(list.map(({ metadata }) => metadata.resourceVersion)).toEqual(list.map(({ metadata }) => state.get(metadata.name)?.metadata.resourceVersion));
    }),
    { numRuns: 30 },
  );
}, 60_000);
