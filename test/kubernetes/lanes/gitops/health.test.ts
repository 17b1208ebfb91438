import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { argoHealth, fluxHealth, type Health } from './health.js';
import { Recorder, type Recorded } from './recorder.js';

/** Each title with the verdicts of all versions that it stands for, none twice. */
function byTitle(recorded: readonly Recorded[], verdicts: readonly Health[]): Record<string, string[]> {
  const all: Record<string, Set<string>> = {};
  for (const [index, { title }] of recorded.entries()) (all[title] ??= new Set()).add(verdicts[index]?.status ?? '');
  return Object.fromEntries(Object.entries(all).map(([title, statuses]) => [title, [...statuses].sort()]));
}

const objectsOf = (recorded: readonly Recorded[]): KubernetesObject[] => recorded.map(({ object }) => object);

describe('what GitOps tools say of releases', () => {
  let lab: Lab;
  let recorded: Recorded[];
  /** The Deployment when its policy rested, and while a version held. */
  const deployments: Record<string, KubernetesObject> = {};

  beforeAll(async () => {
    lab = await openLab();
    const shop = await LabShop.open(lab, 'gitops-health', { strategy: { canary: { steps: [{ weight: 20 }, { pause: {} }, { approve: {} }, { weight: 50 }, { pause: { for: '1s' } }] } } });
    const recorder = new Recorder(shop);
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
    await shop.ends('Completed', 120);
    await shop.atRest();
    await keep('at rest again');
    await shop.set('example/shop:v3');
    await shop.atPause();
    await shop.patch({ abort: true });
    await shop.ends('Aborted', 120);
    await shop.until('holds', () => recorder.recorded.some(({ title }) => title === 'ReleasePolicy Holding'));
    await keep('taken back');
    await recorder.stop();
    recorded = recorder.recorded;
  });
  afterAll(() => lab?.stop());

  it('Argo CD: healthy at rest, progressing or suspended in a release, degraded when a version was taken back', async () => {
    const said = byTitle(recorded, await argoHealth(objectsOf(recorded)));
    expect(said).toMatchObject({
      'ReleasePolicy Resting': ['Healthy'],
      'ReleasePolicy Releasing': ['Progressing'],
      'ReleasePolicy Holding': ['Degraded'],
      'Release new': ['Progressing'],
      'Release Preparing': ['Progressing'],
      'Release Progressing at weight': ['Progressing'],
      'Release Progressing at approve': ['Suspended'],
      'Release Promoting': ['Progressing'],
      'Release HandingOver': ['Progressing'],
      'Release Aborting': ['Progressing'],
      'Release Completed': ['Healthy'],
      'Release Aborted': ['Degraded'],
    });
    // One without an end, and one of a second.
    expect(said['Release Progressing at pause']).toEqual(['Progressing', 'Suspended']);
    expect(Object.values(said).flat()).not.toContain('');
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
    const own = recorded.filter(({ title }) => !title.startsWith('Deployment'));
    const said = byTitle(own, await fluxHealth(objectsOf(own)));
    expect(said).toMatchObject({
      'ReleasePolicy Resting': ['Current'],
      'ReleasePolicy Releasing': ['InProgress'],
      'ReleasePolicy Holding': ['Failed'],
      'Release Preparing': ['InProgress'],
      'Release Progressing at pause': ['InProgress'],
      'Release Completed': ['Current'],
      'Release Aborted': ['Failed'],
    });
    // Flux looks again where there is no status yet.
    expect(said['Release new'] ?? ['Unknown']).toEqual(['Unknown']);
    // Policies follow the conventions of kstatus, which needs no expressions for them.
    const policies = own.filter(({ title }) => title.startsWith('ReleasePolicy'));
    expect(await fluxHealth(objectsOf(policies), false).then((all) => all.map(({ status }) => status))).toEqual((await fluxHealth(objectsOf(policies))).map(({ status }) => status));
  });

  it('Flux: a Deployment is in progress until the new version is its own', async () => {
    const titles = Object.keys(deployments);
    const objects = Object.values(deployments).map((object) => ({ ...object, apiVersion: 'apps/v1', kind: 'Deployment' }));
    const said = Object.fromEntries((await fluxHealth(objects)).map(({ status }, index) => [titles[index], status]));
    expect(said).toEqual({ 'at rest': 'Current', 'in a release': 'InProgress', 'at rest again': 'Current', 'taken back': 'InProgress' });
  });
});
