import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { VirtualClock } from '../ports/virtual-clock.js';
import type { ClusterClient } from './client.js';
import { createClient } from './create-client.js';
import { createEventRecorder, type EventRecorder } from './event-recorder.js';
import { hang, intercepted, localCluster, type LocalCluster } from './testing/local-cluster.js';

let clock: VirtualClock;
let cluster: LocalCluster;
let client: ClusterClient;
let recorder: EventRecorder;
let errors: string[];
let broken: boolean;

const about = (name = 'web'): KubernetesObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '7' } });
const events = async (): Promise<Event[]> => (await client.list(resources.events)).items;

beforeEach(() => {
  clock = new VirtualClock();
  cluster = localCluster(clock);
  errors = [];
  broken = false;
  client = createClient(intercepted(cluster.transport, (request, send) => (broken ? hang(request) : send())), { fieldManager: 'test', clock });
  recorder = createEventRecorder({ client, component: 'serin.dev/controller', instance: 'one', clock, onError: ({ message }) => errors.push(message), capacity: 50 });
});
afterEach(async () => {
  const stopping = recorder.stop();
  await clock.advance(10_000);
  await stopping;
  await cluster.close();
});

describe('an event recorder', () => {
  it('writes what the API takes', async () => {
    recorder.record(about(), { type: 'Warning', reason: 'RolledBack', message: 'v2 failed 3 % of requests' });
    await recorder.flush();
    expect(errors).toEqual([]);
    expect(await events()).toMatchObject([
      {
        involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'default', uid: 'uid-web', resourceVersion: '7' },
        type: 'Warning', reason: 'RolledBack', action: 'RolledBack', message: 'v2 failed 3 % of requests', count: 1,
        firstTimestamp: '2026-01-01T00:00:00Z', eventTime: '2026-01-01T00:00:00.000000Z',
        reportingComponent: 'serin.dev/controller', reportingInstance: 'one', source: { component: 'serin.dev/controller' },
      },
    ]);
  });

  it.each(Array.from({ length: 30 }, (_, turns) => turns))('writes what is recorded %i turns after the last one was written', async (turns) => {
    const made: string[] = [];
    const answers = { create: (_: unknown, event: Event) => (made.push(event.reason ?? ''), Promise.resolve(event)) } as unknown as ClusterClient;
    const own = createEventRecorder({ client: answers, component: 'serin.dev/controller', instance: 'one', clock });
    own.record(about(), { type: 'Normal', reason: 'First', message: 'one' });
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    own.record(about(), { type: 'Normal', reason: 'Second', message: 'two' });
    await setImmediate();
    expect(made).toEqual(['First', 'Second']);
    await own.stop();
  });

  it('counts repeats, and begins anew after a while or when the Event is gone', async () => {
    const note = { type: 'Normal', reason: 'Waiting', message: 'for Pods' } as const;
    for (let i = 0; i < 3; i++) {
      recorder.record(about(), note);
      await recorder.flush();
      await clock.advance(30_000);
    }
    recorder.record(about('other'), note);
    await recorder.flush();
    expect((await events()).map(({ involvedObject, count, firstTimestamp, lastTimestamp }) => [involvedObject.name, count, firstTimestamp, lastTimestamp])).toEqual([
      ['other', 1, '2026-01-01T00:01:30Z', '2026-01-01T00:01:30Z'],
      ['web', 3, '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'],
    ]);
    await clock.advance(600_000);
    recorder.record(about(), note);
    await recorder.flush();
    for (const { metadata } of await events()) await client.delete(resources.events, metadata);
    recorder.record(about(), note);
    await recorder.flush();
    expect((await events()).map(({ count }) => count)).toEqual([1]);
    expect(errors).toEqual([]);
  });

  it('combines many that differ only in their text, and bounds what one object may cause', async () => {
    for (let i = 0; i < 60; i++) {
      recorder.record(about(), { type: 'Warning', reason: 'Failed', message: `try ${i}` });
      await recorder.flush();
    }
    const written = await events();
    expect(written).toHaveLength(10);
    const combined = written.find(({ message }) => message?.startsWith('(combined from similar events): try '));
    expect(combined?.count).toBe(16);
  });

  it('puts Events of what has no namespace into default, and cuts long texts by bytes', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } };
    recorder.record(node, { type: 'Normal', reason: 'Seen', message: 'ü'.repeat(2000) });
    await recorder.flush();
    const [event] = await events();
    expect(errors).toEqual([]);
    expect(event?.metadata.namespace).toBe('default');
    expect(Buffer.byteLength(event?.message ?? '')).toBeLessThanOrEqual(1024);
    expect(event?.message).toMatch(/^ü+…$/);
  });

  it('never throws, never waits, and loses the oldest when the server hangs', async () => {
    broken = true;
    for (let i = 0; i < 100; i++) recorder.record(about(`w${i}`), { type: 'Normal', reason: 'X', message: 'y' });
    recorder.record(about('nowhere'), { type: 'Normal', reason: '', message: '' });
    const stopping = recorder.stop();
    await clock.advance(5_000);
    await stopping;
    recorder.record(about(), { type: 'Normal', reason: 'X', message: 'y' });
    broken = false;
    expect(await events()).toEqual([]);
    expect(errors.filter((each) => each.includes('the oldest was lost')).length).toBeGreaterThan(0);
  });

  it('reports what the server refuses and goes on', async () => {
    recorder.record({ ...about(), metadata: { name: 'x', namespace: 'no-such-namespace' } }, { type: 'Normal', reason: 'X', message: 'y' });
    recorder.record(about(), { type: 'Normal', reason: 'Y', message: 'z' });
    await recorder.flush();
    expect(errors).toHaveLength(1);
    expect((await events()).map(({ reason }) => reason)).toEqual(['Y']);
  });
});
