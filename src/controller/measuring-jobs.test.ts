import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient } from '../cluster/create-client.js';
import { createInformer } from '../cluster/create-informer.js';
import type { RunningInformer } from '../cluster/informer.js';
import { localCluster, type LocalCluster } from '../cluster/testing/local-cluster.js';
import type { ClusterClient } from '../cluster/client.js';
import type { Job } from '../kubernetes/generated/batch-v1.js';
import { resources } from '../kubernetes/resources.js';
import { firstStatus } from '../engine/advance.js';
import { releaseWith } from '../engine/testing/arbitraries.js';
import { controllerReference } from '../kubernetes/owners.js';
import type { ReleasePhase } from '../model/release.js';
import { FINALIZER } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { seededRandom } from '../ports/random.js';
import { noFaults } from '../ports/fault-port.js';
import { until } from '../cluster/testing/until.js';
import { Conflicts } from './conflicts.js';
import type { ControllerContext } from './context.js';
import { measuringJobs } from './measuring-jobs.js';
import { tidyJobs } from './step-job.js';
import { NotLeading } from './writes.js';

let cluster: LocalCluster;
let client: ClusterClient;
let jobs: RunningInformer<Job>;
let leading: boolean;
const signal = new AbortController().signal;

beforeEach(async () => {
  cluster = localCluster(systemClock);
  client = createClient(cluster.transport, { fieldManager: 'test', clock: systemClock });
  jobs = createInformer(client, resources.jobs, { clock: systemClock });
  await jobs.untilSynced();
  leading = true;
});
afterEach(async () => {
  await jobs.stop();
  await cluster.close();
});

const job = (name: string): Job => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'default', labels: { 'serin.dev/metric': 'smoke', 'serin.dev/release': 'web-1' }, finalizers: [FINALIZER] },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } } },
});

// Of all that a context holds, writing needs these alone.
const contextNow = (): ControllerContext => ({ client, caches: { jobs }, faults: noFaults, leadership: { mayWrite: () => leading, epoch: () => 1 }, conflicts: new Conflicts(seededRandom(1)) }) as unknown as ControllerContext;

it('ends the Jobs of a step that is over, and leaves alone those of this one and of the whole release', async () => {
  const base = releaseWith([{ kind: 'promote' }]);
  const release = { ...base, metadata: { ...base.metadata, name: 'web-1', namespace: 'default', uid: 'u-1' } };
  const status = (phase: ReleasePhase) => ({ ...firstStatus(release, 0), phase, step: { index: 2, startedAt: '' } });
  const measuring = (name: string, step?: number): Job => {
    const made = job(name);
    return { ...made, metadata: { ...made.metadata, ownerReferences: [controllerReference(release)], ...(step === undefined ? {} : { annotations: { 'serin.dev/step': String(step) } }) } };
  };
  for (const each of [measuring('before', 0), measuring('now', 2), measuring('always')]) await client.create(resources.jobs, each);
  await until(() => jobs.list({ namespace: 'default' }).length === 3);
  const tidied = async (phase: ReleasePhase) => {
    while ((await tidyJobs(contextNow(), release, status(phase))) > 0);
    return (await client.list(resources.jobs, { namespace: 'default' })).items.map(({ metadata }) => metadata.name).sort();
  };
  expect(await tidied('Progressing')).toEqual(['always', 'now']);
  expect(await tidied('Promoting')).toEqual(['always']);
  expect(await tidied('Aborting')).toEqual([]);
});

it('makes a Job once, finds it at once, and removes it whoever deleted it before', async () => {
  const context = contextNow();
  const measuring = measuringJobs(context);
  const named = async () => (await measuring.list('default', { 'serin.dev/metric': 'smoke' }, signal)).map(({ metadata }) => metadata.name).sort();
  await measuring.create(job('one'), signal);
  await measuring.create(job('one'), signal);
  await client.create(resources.jobs, job('two'));
  // The cache may not know it yet.
  const blind = { ...context, caches: { jobs: { ...jobs, get: () => undefined } } } as unknown as ControllerContext;
  await measuringJobs(blind).create(job('two'), signal);
  await until(() => jobs.list({ namespace: 'default' }).length === 2);
  expect([await named(), await measuring.list('default', { 'serin.dev/metric': 'other' }, signal)]).toEqual([['one', 'two'], []]);

  await client.delete(resources.jobs, { name: 'two', namespace: 'default' }, { propagationPolicy: 'Background' });
  await until(() => jobs.get({ name: 'two', namespace: 'default' })?.metadata.deletionTimestamp !== undefined);
  leading = false;
  await expect(measuring.create(job('three'), signal)).rejects.toThrow(NotLeading);
  const all = await measuring.list('default', {}, signal);
  await expect(measuring.remove(all[0] ?? job(''), signal)).rejects.toThrow(NotLeading);
  leading = true;
  for (const each of all) await measuring.remove(each, signal);
  expect(await client.list(resources.jobs, { namespace: 'default' })).toMatchObject({ items: [] });
});
