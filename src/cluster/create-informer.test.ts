import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../kubernetes/resources.js';
import type { ConfigMap } from '../kubernetes/generated/core-v1.js';
import { ApiError } from './api-error.js';
import { createClient } from './create-client.js';
import { createInformer, type InformerOptions } from './create-informer.js';
import { createHttpTransport, type HttpTransport } from './http-transport.js';
import type { Change, RunningInformer } from './informer.js';
import { FaultServer, type Fault } from './testing/fault-server.js';
import { recordingClock } from './testing/recording-clock.js';
import { until } from './testing/until.js';

let server: FaultServer;
let transport: HttpTransport;
let informer: RunningInformer<ConfigMap> | undefined;
let changes: Change<ConfigMap>[];
let errors: Error[];

beforeEach(async () => {
  server = new FaultServer();
  transport = createHttpTransport({ server: await server.start(), timeoutMilliseconds: 300 });
  changes = [];
  errors = [];
});

afterEach(async () => {
  await informer?.stop();
  informer = undefined;
  await transport.stop();
  await server.stop();
});

function start(options: InformerOptions = {}): RunningInformer<ConfigMap> {
  const client = createClient(transport, { fieldManager: 'test', retries: { tries: 1 }, pageSize: 2 });
  const started = createInformer(client, resources.configMaps, {
    backoff: { first: 5, longest: 40 },
    onError: (error) => errors.push(error),
    ...options,
  });
  started.onChange((change) => changes.push(change));
  informer = started;
  return started;
}

const told = (): string[] => changes.map(({ type, object }) => `${type} ${object.metadata.name}`);
const cached = (): Record<string, string | undefined> =>
  Object.fromEntries((informer?.list() ?? []).map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
const served = (): Record<string, string | undefined> =>
  Object.fromEntries([...server.objects.values()].map(({ metadata }) => [metadata.name, metadata.resourceVersion]));

describe('an informer', () => {
  it('lists anew when somebody doubts what it knows', async () => {
    server.put('a');
    const maps = start({ backoff: { first: 5, longest: 10 } });
    await maps.untilSynced();
    await until(() => server.openWatches === 1);
    server.objects.delete('default/a');
    server.put('b');
    await until(() => cached()['b'] !== undefined);
    expect(cached()['a']).toBeDefined();
    // Also when the first try fails.
    server.fail('list', { kind: 'status', code: 400 });
    maps.refresh();
    maps.refresh();
    await until(() => cached()['a'] === undefined);
    expect(told()).toEqual(['added a', 'added b', 'deleted a']);
    expect(errors).toHaveLength(1);
    // And watches on.
    server.put('c');
    await until(() => cached()['c'] !== undefined);
  });

  it('lists in pages, watches, and tells each change once with the state before', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) server.put(name);
    const pods = start();
    expect(pods.synced).toBe(false);
    await pods.untilSynced();
    expect(pods.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(pods.get({ namespace: 'default', name: 'a' })).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    expect(pods.get({ namespace: 'default', name: 'a' })?.metadata.managedFields).toBeUndefined();
    await until(() => server.openWatches === 1);
    server.put('a', { x: '1' });
    server.put('f', {}, 'other');
    server.remove('b');
    await until(() => changes.length === 8);
    expect(told().slice(5)).toEqual(['changed a', 'added f', 'deleted b']);
    expect(changes[5]).toMatchObject({ before: { data: {} }, object: { data: { x: '1' } } });
    expect(pods.list({ namespace: 'other' }).map(({ metadata }) => metadata.name)).toEqual(['f']);
    expect(server.count('list')).toBe(3);
    expect(errors).toEqual([]);
  });

  it('asks for bookmarks and goes on from their version', async () => {
    server.put('a');
    await start({ namespace: 'default' }).untilSynced();
    await until(() => server.openWatches === 1);
    const first = server.seen.find(({ kind }) => kind === 'watch');
    expect(first?.query.get('allowWatchBookmarks')).toBe('true');
    server.put('elsewhere', {}, 'other');
    server.remove('elsewhere', 'other');
    server.bookmark();
    server.compact();
    server.breakWatches('close');
    await until(() => server.count('watch') === 2 && server.openWatches === 1);
    server.put('b');
    await until(() => changes.length === 2);
    expect(server.count('list')).toBe(1);
    expect(server.seen.at(-1)?.query.get('resourceVersion')).not.toBe(first?.query.get('resourceVersion'));
  });

  const watchFaults: [string, Fault][] = [
    ['a reset before the answer', { kind: 'reset' }],
    ['a reset after the headers', { kind: 'reset-after-headers' }],
    ['a reset in the middle of a line', { kind: 'reset-mid-line' }],
    ['a clean close', { kind: 'close' }],
    ['no answer', { kind: 'stall' }],
    ['a silent watch', { kind: 'silent' }],
    ['HTTP 410', { kind: 'status', code: 410, reason: 'Expired' }],
    ['HTTP 410 with another reason', { kind: 'status', code: 410, reason: 'Gone' }],
    ['an ERROR event with 410', { kind: 'error-event', code: 410, reason: 'Expired' }],
    ['an ERROR event with 410 in its reason only', { kind: 'error-event', code: 500, reason: 'Expired' }],
    ['an ERROR event with 500', { kind: 'error-event', code: 500, reason: 'InternalError' }],
    ['HTTP 429', { kind: 'status', code: 429, reason: 'TooManyRequests' }],
    ['HTTP 500', { kind: 'status', code: 500 }],
    ['HTTP 503', { kind: 'status', code: 503 }],
    ['HTTP 504 for a version from the future', { kind: 'status', code: 504, reason: 'Timeout' }],
    ['HTTP 403', { kind: 'status', code: 403, reason: 'Forbidden' }],
    ['a line that is no JSON', { kind: 'line', line: '<html>' }],
    ['a line that is no event', { kind: 'line', line: '{"type":"PARTY","object":{}}' }],
  ];
  it.each(watchFaults)('survives %s on the watch, once and again', async (_, fault) => {
    server.put('a');
    server.fail('watch', fault, fault);
    await start({ idleMilliseconds: 60 }).untilSynced();
    server.put('b');
    server.remove('a');
    await until(() => server.pendingFaults === 0, 'all faults to be met');
    server.put('c');
    await until(() => JSON.stringify(cached()) === JSON.stringify(served()), 'the cache to be true');
    // A list tells what is new before what is gone; for each object the order is the same.
    expect(told().filter((each) => each.endsWith(' a'))).toEqual(['added a', 'deleted a']);
    expect([...told()].sort()).toEqual(['added a', 'added b', 'added c', 'deleted a']);
  });

  const listFaults: [string, Fault][] = [
    ['a reset', { kind: 'reset' }],
    ['no answer', { kind: 'stall' }],
    ['HTTP 500', { kind: 'status', code: 500 }],
    ['HTTP 429', { kind: 'status', code: 429 }],
    ['HTTP 403', { kind: 'status', code: 403 }],
  ];
  it.each(listFaults)('survives %s on the list', async (_, fault) => {
    server.put('a');
    server.fail('list', fault, fault);
    await start().untilSynced();
    expect(cached()).toEqual(served());
    expect(errors).toHaveLength(2);
  });

  it('starts a list over when its continue token is refused with 410, in the end without pages', async () => {
    for (const name of ['a', 'b', 'c']) server.put(name);
    server.fail('list', { kind: 'expire-token' });
    await start().untilSynced();
    expect(cached()).toEqual(served());
    expect(server.seen.filter(({ kind }) => kind === 'list').map(({ query }) => [query.get('limit'), query.has('continue')])).toEqual([
      ['2', false],
      ['2', true],
      ['2', false],
      ['2', true],
    ]);
    expect(errors).toEqual([]);
  });

  it('waits as long as Retry-After says', async () => {
    server.fail('list', { kind: 'status', code: 429, retryAfter: '7' });
    const { clock, waits } = recordingClock();
    await start({ clock }).untilSynced();
    expect(waits[0]).toBe(7000);
    expect(errors[0]).toBeInstanceOf(ApiError);
  });

  it('notices a deletion that it missed, and tells the last state it knew', async () => {
    server.put('ghost', { last: 'words' });
    await start({ idleMilliseconds: 30 }).untilSynced();
    await until(() => server.openWatches === 1);
    server.breakWatches('forget');
    server.remove('ghost');
    server.compact();
    await until(() => changes.length === 2);
    expect(changes[1]).toMatchObject({ type: 'deleted', object: { data: { last: 'words' } } });
    expect(cached()).toEqual({});
  });

  it('tells a deletion and an addition when a name comes back as another object', async () => {
    server.put('a');
    await start({ idleMilliseconds: 30 }).untilSynced();
    await until(() => server.openWatches === 1);
    server.breakWatches('forget');
    server.remove('a');
    server.put('a');
    server.compact();
    await until(() => changes.length === 3);
    expect(told()).toEqual(['added a', 'deleted a', 'added a']);
  });

  it('keeps characters whole that chunks cut, and lines that arrive byte by byte', async () => {
    server.chunkBytes = 1;
    await start().untilSynced();
    await until(() => server.openWatches === 1);
    server.put('a', { text: 'Grüße 🐤 – 世界' });
    await until(() => changes.length === 1);
    expect(informer?.get({ namespace: 'default', name: 'a' })?.data).toEqual({ text: 'Grüße 🐤 – 世界' });
  });

  it('goes on when a listener throws, and reports it', async () => {
    const started = start();
    started.onChange(() => {
      throw new Error('listener');
    });
    const late: string[] = [];
    started.onChange(({ object }) => late.push(object.metadata.name));
    server.put('a');
    await started.untilSynced();
    await until(() => server.openWatches === 1);
    server.put('b');
    await until(() => late.length === 2);
    expect(errors.map(({ message }) => message)).toEqual(['listener', 'listener']);
  });

  it('does not ask in a tight loop when each watch ends at once', async () => {
    server.fail('watch', { kind: 'close' }, { kind: 'close' }, { kind: 'close' }, { kind: 'reset' }, { kind: 'close' });
    const { clock, waits } = recordingClock();
    await start({ clock, random: () => 0, backoff: { first: 100, longest: 1000 } }).untilSynced();
    await until(() => server.openWatches === 1);
    expect(waits).toEqual([50, 100, 200, 400, 500]);
  });

  it('stops by signal in any state, and then asks nothing more', async () => {
    const controller = new AbortController();
    server.fail('list', { kind: 'stall' });
    const started = start({ signal: controller.signal });
    const synced = started.untilSynced();
    await until(() => server.count('list') === 1);
    controller.abort(new Error('enough'));
    await expect(synced).rejects.toThrow('enough');
    await started.stop();
    expect(server.seen).toHaveLength(1);
  });
});
