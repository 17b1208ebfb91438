import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import { POLICY_LABEL } from '../../../../src/model/resources.js';
import type { CanaryStep } from '../../../../src/model/policy/steps.js';
import { restoreBackup, takeBackup } from '../../../driver/backup.js';
import { endingOf, goOn } from '../../../driver/mid-release/ending.js';
import { deployment, patchRelease, policy, setImage } from '../../../driver/program.js';
import { placed, webOn } from '../../../driver/stage.js';
import { isReady } from '../../../driver/witness.js';
import { startKwokLab, type KwokLab } from '../../lab/kwok-lab.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { LabStage } from '../../lab/lab-stage.js';
import { networks } from '../../lab/networks.js';
import { openLab } from '../../lab/open-lab.js';
import { eventually as waitFor } from '../../../scenarios/local-cluster.js';
import { complaintsOf } from '../../lab/replay.js';
import { inRound, isFirst, oneOf } from '../../lab/rounds.js';
import { installSerin, startSerinController } from '../../lab/serin-controller.js';
import { metricsDefinition } from './autoscaled.js';
import { autoscale, moments } from './autoscaling.js';
import { deleteBoth, deletions } from './deletions.js';
import { facts } from './facts.js';
import { Lending } from './lending.js';
import { deploymentOf, ended, ready, release, uidsOf, untilHolding, untilPaused } from './looks.js';

vi.setConfig({ testTimeout: 600_000 });

const pausing: CanaryStep[] = [{ weight: 50 }, { pause: {} }];

let lab: KwokLab;
let controller: LabProcess;
const cluster = () => ({ directory: lab.plane.directory, kubeconfig: lab.plane.kubeconfigs.admin });

beforeAll(async () => {
  const signal = AbortSignal.timeout(280_000);
  lab = await startKwokLab({
    name: 'lending-lines', network: networks.lendingLines, nodes: [{ count: 3 }],
    // An autoscaler that looks often, and at Pods that have just started.
    controllerManagerFlags: ['--horizontal-pod-autoscaler-sync-period=1s', '--horizontal-pod-autoscaler-cpu-initialization-period=1s', '--horizontal-pod-autoscaler-initial-readiness-delay=1s'],
  }, signal);
  await lab.client.apply(resources.customResourceDefinitions, metricsDefinition, { fieldManager: 'lab', force: true, signal });
  controller = await startSerinController(cluster(), signal);
}, 300_000);
afterAll(async () => {
  await controller?.stop();
  await lab?.stop();
});

/** Brings web-1 to its pause at 50 %. */
async function paused(name: string, replicas = 4): Promise<LabStage> {
  const stage = new LabStage(lab, name);
  await stage.open(policy(pausing), replicas);
  await stage.atRest();
  await setImage(stage, 'web:v2');
  await untilPaused(stage);
  return stage;
}

const clean = (stage: LabStage) => expect(complaintsOf(lab.recorder, stage.namespace)).toEqual([]);

if (isFirst) describe.concurrent('what the Deployment controller does', () => {
  it.each(Object.keys(facts).map((name, index) => ({ name, index })))('$name', async ({ name, index }) => {
    const stage = new LabStage(lab, `fact-${index}`);
    const lending = new Lending(stage);
    await lending.open();
    await facts[name]?.(lending, stage);
  });
});

describe.concurrent('what Serin does', () => {
  // Each two once, in another way than the two before.
  it.each(inRound(deletions.map((both, index) => ({ ...both, index })), (_, index) => index % 3 === Math.floor(index / 3) % 3))('$first, then $second deleted ($propagation): serving Pods survive all but the last', async ({ index, ...both }) => {
    await deleteBoth(await paused(`deleted-${index}`), both);
  });
});

describe.concurrent('autoscaling and history', () => {
  it.each(oneOf(2, Object.entries(moments).map(([moment, how], index) => ({ moment, how, index }))))('a real autoscaler scales $moment: each version gets its part', async ({ how, index }) => {
    const stage = new LabStage(lab, `autoscaled-${index}`);
    await autoscale(stage, how);
    clean(stage);
  });

  it.each(inRound([0, 1], (limit) => limit === 1))('a revisionHistoryLimit of %i takes no version away that is needed', async (revisionHistoryLimit) => {
    const stage = new LabStage(lab, `history-${revisionHistoryLimit}`);
    await stage.open(policy(pausing));
    await stage.atRest();
    await stage.client.patch(resources.deployments, webOn(stage), { kind: 'merge', body: { spec: { revisionHistoryLimit } } });
    for (const [index, image] of ['web:v2', 'web:v3'].entries()) {
      const name = `web-${index + 1}`;
      await setImage(stage, image);
      await untilPaused(stage, name);
      await patchRelease(stage, name, { advanceTo: 2 });
      await ended(stage, 'Completed', name);
      await stage.atRest();
    }
    await stage.until('old ones are gone', () => stage.objects(resources.replicaSets, stage.namespace).length === 1 + revisionHistoryLimit);
    expect(ready(stage, 'web:v3')).toHaveLength(4);
    await setImage(stage, 'web:v4');
    await untilPaused(stage, 'web-3');
    await patchRelease(stage, 'web-3', { abort: true });
    await ended(stage, 'Aborted', 'web-3');
    expect(ready(stage, 'web:v3')).toHaveLength(4);
    clean(stage);
  });
});

if (isFirst) describe.concurrent('what Serin does, besides', () => {
  it('restored from a backup under new UIDs, a release under way is taken back, or goes on where its status came back, too', async () => {
    const stage = await paused('backed-up');
    const backup = await takeBackup(stage);
    const restored = async (name: string, withStatus: boolean): Promise<LabStage> => {
      const other = new LabStage(lab, name);
      await other.openNamespace();
      await waitFor('the ServiceAccount of its Pods', () => other.client.find(resources.serviceAccounts, { namespace: name, name: 'default' }));
      await restoreBackup(other, name, backup, { withStatus });
      return other;
    };
    const [back, on] = [await restored('came-back', false), await restored('goes-on', true)];
    await back.until('the policy holds', () => back.policy?.status?.phase === 'Holding');
    expect(release(back)?.status).toMatchObject({ phase: 'Aborted', abortReason: 'Restored' });
    expect(back.object(resources.virtualServices, webOn(back))?.spec.http).toEqual([{ name: 'primary', route: [{ destination: { host: 'web' } }] }]);
    await back.until('stable serves alone', () => ready(back, 'web:v1').length === 4 && ready(back, 'web:v2').length === 0);
    // The real controllers find owners that are there, and the garbage collector finds nothing to do.
    for (const { metadata: { ownerReferences = [] } } of back.objects(resources.replicaSets, back.namespace)) {
      for (const { kind, uid } of ownerReferences) expect([kind, uid]).toEqual([kind, kind === 'Deployment' ? back.object(resources.deployments, webOn(back))?.metadata.uid : back.policy?.metadata.uid]);
    }
    await on.until('both versions serve', () => ready(on, 'web:v1').length === 4 && ready(on, 'web:v2').length === 2);
    await patchRelease(on, 'web-1', { advanceTo: 2 });
    await ended(on, 'Completed');
    await on.atRest();
    expect(ready(on, 'web:v2')).toHaveLength(4);
    await patchRelease(stage, 'web-1', { abort: true });
    await ended(stage, 'Aborted');
    clean(stage);
  });

  it('adopts in the middle of a roll only when it is over', async () => {
    const stage = new LabStage(lab, 'adopted');
    await stage.openNamespace();
    await stage.client.create(resources.deployments, placed(stage, deployment('web:v1')));
    await stage.until('v1 runs', () => ready(stage, 'web:v1').length === 4);
    await setImage(stage, 'web:never-ready');
    await stage.until('it rolls', () => ready(stage, 'web:v1').length < 4);
    await stage.openPolicy(policy(pausing));
    await stage.until('the policy waits', () => stage.policy?.status?.phase === 'Adopting');
    await stage.pass(5);
    expect(stage.policy?.status?.phase).toBe('Adopting');
    expect(stage.object(resources.deployments, webOn(stage))?.metadata.labels?.[POLICY_LABEL]).toBeUndefined();
    await setImage(stage, 'web:v2');
    await stage.atRest();
    expect(release(stage)).toBeUndefined();
    expect(ready(stage, 'web:v2')).toHaveLength(4);
    await setImage(stage, 'web:v3');
    await untilPaused(stage);
    await patchRelease(stage, 'web-1', { advanceTo: 2 });
    await ended(stage, 'Completed');
  });

  it('goes back to an older ReplicaSet as to any version', async () => {
    const stage = new LabStage(lab, 'older');
    await stage.open(policy([{ weight: 50 }]));
    await stage.atRest();
    const first = stage.objects(resources.replicaSets, stage.namespace)[0]?.metadata.name;
    for (const [index, image] of ['web:v2', 'web:v1'].entries()) {
      await setImage(stage, image);
      await ended(stage, 'Completed', `web-${index + 1}`);
      await stage.atRest();
    }
    expect(stage.objects(resources.replicaSets, stage.namespace).find(({ spec }) => spec.replicas === 4)?.metadata.name).toBe(first);
    expect(stage.objects(resources.replicaSets, stage.namespace)).toHaveLength(2);
    clean(stage);
  });

  it('scaled to 0 and back after an abort, stable serves and what was rejected does not', async () => {
    const stage = await paused('zeroed');
    await patchRelease(stage, 'web-1', { abort: true });
    await untilHolding(stage);
    const scale = (replicas: number) => stage.client.patch(resources.deployments, webOn(stage), { kind: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' });
    await scale(0);
    await stage.until('nothing runs', () => stage.objects(resources.pods, stage.namespace).filter(isReady).length === 0);
    await scale(4);
    await stage.until('stable runs', () => ready(stage, 'web:v1').length === 4);
    expect(ready(stage, 'web:v2')).toHaveLength(0);
  });
});

if (isFirst) describe('what concerns the whole cluster', () => {
  it('serin eject without a controller, in the middle of releases: nothing of Serin is left and stable serves', async () => {
    const [forward, holding] = await Promise.all([paused('ejected'), paused('ejected-holding').then(async (stage) => {
      await patchRelease(stage, 'web-1', { abort: true });
      await untilHolding(stage);
      return stage;
    })]);
    await controller.kill();
    const open = await openLab({ ...cluster(), auditLog: undefined, pids: {} });
    try {
      for (const stage of [forward, holding]) {
        const refused = await open.serin('eject', 'web', '-n', stage.namespace);
        const answer = refused.code === 0 ? refused : await open.serin('eject', 'web', '-n', stage.namespace, '--restore-template');
        expect(answer, `${refused.stderr}${refused.stdout}`).toMatchObject({ code: 0 });
        await stage.until('all is home', () => stage.objects(resources.replicaSets, stage.namespace).every(({ metadata }) => metadata.ownerReferences?.every(({ kind }) => kind === 'Deployment') === true));
        await stage.until('stable serves', () => ready(stage, 'web:v1').length === 4 && ready(stage, 'web:v2').length === 0);
        expect(endingOf(stage)).toMatchObject({ policy: 'gone', routes: 'as found' });
        expect(complaintsOf(lab.recorder, stage.namespace)).toEqual([]);
      }
    } finally {
      await open.stop();
      controller = await startSerinController(cluster(), AbortSignal.timeout(60_000), { name: 'serin-after-eject' });
    }
  });

  it('without its admission policy Deployments rest paused, so that a change is a release all the same', async () => {
    const stage = new LabStage(lab, 'unguarded');
    await stage.open(policy(pausing));
    await stage.atRest();
    const isPaused = () => deploymentOf(stage)?.spec.paused === true;
    expect(isPaused()).toBe(false);
    const bindings = (await lab.client.list(resources.mutatingAdmissionPolicyBindings)).items;
    for (const { metadata: { name } } of bindings) await lab.client.delete(resources.mutatingAdmissionPolicyBindings, { name });
    try {
      await stage.until('it rests paused', isPaused);
      await setImage(stage, 'web:v2');
      await untilPaused(stage);
      expect(ready(stage, 'web:v1')).toHaveLength(4);
      await goOn(stage);
      await ended(stage, 'Completed');
      expect(isPaused()).toBe(true);
    } finally {
      for (const { metadata: { name, labels = {} }, ...rest } of bindings) await lab.client.create(resources.mutatingAdmissionPolicyBindings, { ...rest, metadata: { name, labels } });
    }
    await stage.until('it rests as it was found', () => !isPaused());
    await setImage(stage, 'web:v3');
    await untilPaused(stage, 'web-2');
    clean(stage);
  });

  it('a failing admission policy refuses the change instead of letting it roll out', async () => {
    const stage = new LabStage(lab, 'failing-guard');
    await stage.open(policy(pausing));
    await stage.atRest();
    const [guard] = (await lab.client.list(resources.mutatingAdmissionPolicies)).items;
    const name = { name: guard?.metadata.name ?? '' };
    const spec = JSON.parse(JSON.stringify(guard?.spec)) as { mutations: unknown[] };
    // An expression that is well typed and fails when it is evaluated.
    const broken = { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{paused: dyn(object.spec.template.metadata.labels)["no such label"] == "true"}}' } };
    await lab.client.patch(resources.mutatingAdmissionPolicies, name, { kind: 'merge', body: { spec: { mutations: [broken] } } });
    try {
      await stage.pass(3);
      await expect(setImage(stage, 'web:v2')).rejects.toThrow(/no such (key|label)|denied|fail/);
      await stage.pass(2);
      expect(ready(stage, 'web:v1')).toHaveLength(4);
      expect(stage.objects(resources.replicaSets, stage.namespace)).toHaveLength(1);
    } finally {
      await lab.client.patch(resources.mutatingAdmissionPolicies, name, { kind: 'merge', body: { spec: { mutations: spec.mutations } } });
      await stage.pass(3);
    }
    await setImage(stage, 'web:v3');
    await untilPaused(stage);
  });

});

describe('definitions', () => {
  it.each(inRound([['releases'], ['releasepolicies'], ['releases', 'releasepolicies'], ['releasepolicies', 'releases']].map((plurals) => ({ plurals })), ({ plurals }) => plurals.length > 1))('the definitions $plurals deleted in the middle of a release: serving Pods survive', async ({ plurals }) => {
    const stage = await paused(`without-${plurals.join('-')}`);
    const serving = uidsOf(stage, 'web:v1');
    expect(serving).toHaveLength(4);
    for (const plural of plurals) {
      await lab.client.delete(resources.customResourceDefinitions, { name: `${plural}.serin.dev` });
      await waitFor(`the definition of ${plural} is gone`, async () => (await lab.client.find(resources.customResourceDefinitions, { name: `${plural}.serin.dev` })) === undefined);
      expect(uidsOf(stage, 'web:v1')).toEqual(serving);
    }
    await installSerin(lab.client, AbortSignal.timeout(60_000));
    await waitFor('what is lent is home, or with the policy', async () => (await lab.client.list(resources.replicaSets, { namespace: stage.namespace })).items.every(({ metadata }) => metadata.ownerReferences?.find((owner) => owner.controller === true)?.kind !== 'Release'));
    await stage.pass(3);
    expect(uidsOf(stage, 'web:v1')).toEqual(serving);
  });
});
