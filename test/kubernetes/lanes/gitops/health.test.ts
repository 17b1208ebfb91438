import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { policyPhases } from '../../../../src/model/release-policy.js';
import { releasePhases } from '../../../../src/model/release.js';
import { serinResources } from '../../../../src/model/resources.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { policyOf } from '../../../scenarios/shop-manifests.js';
import { SteeredProgram } from '../../../scenarios/steered-program.js';
import { LabShop, PATIENCE } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { argoHealth, fluxHealth, type Health } from './health.js';
import { Recorder, type Recorded } from './recorder.js';

const NAMESPACE = 'gitops-health';

/** Each title with the verdicts of all versions that it stands for, none twice. */
function byTitle(recorded: readonly Recorded[], verdicts: readonly Health[]): Record<string, string[]> {
  const all: Record<string, Set<string>> = {};
  for (const [index, { title }] of recorded.entries()) (all[title] ??= new Set()).add(verdicts[index]?.status ?? '');
  return Object.fromEntries(Object.entries(all).map(([title, statuses]) => [title, [...statuses].sort()]));
}

const isOurs = ({ title }: Recorded): boolean => !title.startsWith('Deployment');
const objectsOf = (recorded: readonly Recorded[]): KubernetesObject[] => recorded.map(({ object }) => object);

describe('what GitOps tools say of releases', () => {
  let lab: Lab;
  let recorder: Recorder;
  let recorded: Recorded[];
  /** The Deployment when its policy rested, and while a version held. */
  const deployments: Record<string, KubernetesObject> = {};

  beforeAll(async () => {
    lab = await openLab();
    recorder = new Recorder(new SteeredProgram(lab, NAMESPACE));
    const seen = (title: string): Promise<unknown> => eventually(`${title} is recorded`, () => Promise.resolve(recorder.recorded.some((each) => each.title === title)), PATIENCE);
    const shop = await LabShop.open(lab, NAMESPACE, { strategy: { canary: { steps: [{ weight: 20 }, { pause: {} }, { approve: {} }, { weight: 50 }, { pause: { for: '5m' } }] } } });
    const nobodys = policyOf(NAMESPACE, { canary: { steps: [] } }, { service: { approximate: true } });
    await lab.client.create(serinResources.releasePolicies, { ...nobodys, metadata: { ...nobodys.metadata, name: 'nobodys' }, spec: { ...nobodys.spec, workload: { deployment: 'nobodys' } } });
    const keep = async (title: string): Promise<void> => {
      deployments[title] = await lab.client.get(resources.deployments, shop.key) as unknown as KubernetesObject;
    };
    await keep('at rest');
    await shop.set('example/shop:v2');
    await shop.atPause();
    await keep('in a release');
    await shop.goOn();
    await shop.until('waits for approval', ({ status }) => status?.message?.includes('serin approve') === true);
    await shop.serin('approve', 'shop');
    await shop.until('pauses for a time', ({ status }) => status?.phase === 'Progressing' && status.step.index === 4);
    await shop.patch({ paused: true });
    await seen('Release Progressing at timed pause, paused');
    await shop.patch({ paused: false });
    await shop.goOn();
    await shop.ends('Completed', 120);
    await shop.atRest();
    await keep('at rest again');
    const pause = (paused: boolean): Promise<unknown> => lab.client.patch(serinResources.releasePolicies, shop.key, { kind: 'merge', body: { spec: { paused } } });
    await pause(true);
    await seen('ReleasePolicy Resting, paused');
    await shop.set('example/shop:v3');
    await seen('ReleasePolicy Holding, paused');
    await pause(false);
    await shop.atPause();
    await shop.patch({ abort: true });
    await shop.ends('Aborted', 120);
    await seen('ReleasePolicy Holding');
    await keep('taken back');
    // Somebody lets the Deployment roll by itself.
    await shop.set('example/shop:v2', { ANOTHER: 'version' });
    await shop.atPause();
    await lab.client.patch(resources.deployments, shop.key, { kind: 'merge', body: { spec: { paused: false } } });
    await shop.ends('Aborted', 120);
    await seen('ReleasePolicy Refused');
    recorded = [...recorder.recorded];
  });
  afterAll(async () => {
    await recorder?.stop();
    await lab?.stop();
  });

  it('every phase of policies and releases is on record', () => {
    const phases = (kind: string): string[] => [...new Set(recorded.flatMap(({ title }) => new RegExp(`^${kind} ([A-Z]\\w+)`).exec(title)?.[1] ?? []))].sort();
    expect(phases('ReleasePolicy')).toEqual([...policyPhases].sort());
    expect(phases('Release')).toEqual([...releasePhases].sort());
  });

  it('Argo CD: healthy at rest, progressing or suspended in a release, degraded when a version was taken back', async () => {
    const own = recorded.filter(isOurs);
    expect(byTitle(own, await argoHealth(objectsOf(own)))).toEqual({
      'ReleasePolicy new': ['Progressing'],
      'ReleasePolicy unseen': ['Progressing'],
      'ReleasePolicy Adopting': ['Progressing'],
      'ReleasePolicy Resting': ['Healthy'],
      'ReleasePolicy Resting, paused': ['Healthy'],
      'ReleasePolicy Releasing': ['Progressing'],
      'ReleasePolicy Holding': ['Degraded'],
      'ReleasePolicy Holding, paused': ['Suspended'],
      'ReleasePolicy Refused': ['Degraded'],
      'Release new': ['Progressing'],
      'Release Preparing': ['Progressing'],
      'Release Progressing at weight': ['Progressing'],
      'Release Progressing at pause': ['Suspended'],
      'Release Progressing at approve': ['Suspended'],
      'Release Progressing at timed pause': ['Progressing'],
      'Release Progressing at timed pause, paused': ['Suspended'],
      'Release Promoting': ['Progressing'],
      'Release HandingOver': ['Progressing'],
      'Release Aborting': ['Progressing'],
      'Release LettingGo': ['Progressing'],
      'Release Completed': ['Healthy'],
      'Release Aborted': ['Degraded'],
    });
  });

  it('Argo CD: a Deployment that a policy looks after is not suspended', async () => {
    const titles = Object.keys(deployments);
    const objects = Object.values(deployments).map((object) => ({ ...object, apiVersion: 'apps/v1', kind: 'Deployment' }));
    const said = Object.fromEntries((await argoHealth(objects)).map(({ status }, index) => [titles[index], status]));
    expect(said).toEqual({ 'at rest': 'Healthy', 'in a release': 'Progressing', 'at rest again': 'Healthy', 'taken back': 'Progressing' });
    const asItComes = Object.fromEntries((await argoHealth(objects, false)).map(({ status }, index) => [titles[index], status]));
    expect(asItComes).toEqual({ 'at rest': 'Healthy', 'in a release': 'Suspended', 'at rest again': 'Healthy', 'taken back': 'Suspended' });
    // On a cluster without mutating admission policies it is paused at rest, too.
    const paused = objects.filter((_, index) => titles[index]?.startsWith('at rest')).map((object) => ({ ...object, spec: { ...(Reflect.get(object, 'spec') as object), paused: true } }));
    expect((await argoHealth(paused)).map(({ status }) => status)).toEqual(['Healthy', 'Healthy']);
    const nobodys = paused.map((object) => ({ ...object, metadata: { ...object.metadata, labels: {} } }));
    expect((await argoHealth(nobodys)).map(({ status }) => status)).toEqual(['Suspended', 'Suspended']);
  });

  it('Argo CD: a Deployment that nobody looks after is judged as ever', async () => {
    const versions = recorded.filter(({ title }) => title.startsWith('Deployment')).map(({ object }) => object);
    const alone = versions.map((object) => ({ ...object, metadata: { ...object.metadata, labels: {} } }));
    expect((await argoHealth(alone)).map(({ status, message }) => [status, message])).toEqual((await argoHealth(alone, false)).map(({ status, message }) => [status, message]));
  });

  it('Flux: current at rest, in progress in a release, failed when a version was taken back', async () => {
    const own = recorded.filter(isOurs);
    const waiting = ['Preparing', 'Promoting', 'HandingOver', 'Aborting', 'LettingGo', ...['weight', 'pause', 'approve', 'timed pause', 'timed pause, paused'].map((step) => `Progressing at ${step}`)];
    expect(byTitle(own, await fluxHealth(objectsOf(own)))).toEqual({
      // Flux looks again where there is no status yet.
      'ReleasePolicy new': ['Unknown'],
      'ReleasePolicy unseen': ['InProgress'],
      'ReleasePolicy Adopting': ['InProgress'],
      'ReleasePolicy Resting': ['Current'],
      'ReleasePolicy Resting, paused': ['Current'],
      'ReleasePolicy Releasing': ['InProgress'],
      'ReleasePolicy Holding': ['Failed'],
      // A person wants it so.
      'ReleasePolicy Holding, paused': ['Current'],
      'ReleasePolicy Refused': ['Failed'],
      'Release new': ['Unknown'],
      ...Object.fromEntries(waiting.map((each) => [`Release ${each}`, ['InProgress']])),
      'Release Completed': ['Current'],
      'Release Aborted': ['Failed'],
    });
    // Policies follow the conventions of kstatus, which needs no expressions for them once a controller has seen them.
    const policies = own.filter(({ title }) => title.startsWith('ReleasePolicy') && title !== 'ReleasePolicy new');
    expect(await fluxHealth(objectsOf(policies), false).then((all) => all.map(({ status }) => status))).toEqual((await fluxHealth(objectsOf(policies))).map(({ status }) => status));
  });

  it('Flux: a Deployment is in progress until the new version is its own', async () => {
    const titles = Object.keys(deployments);
    const objects = Object.values(deployments).map((object) => ({ ...object, apiVersion: 'apps/v1', kind: 'Deployment' }));
    const said = Object.fromEntries((await fluxHealth(objects)).map(({ status }, index) => [titles[index], status]));
    expect(said).toEqual({ 'at rest': 'Current', 'in a release': 'InProgress', 'at rest again': 'Current', 'taken back': 'InProgress' });
  });
});
