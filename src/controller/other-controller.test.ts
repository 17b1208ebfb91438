import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../cluster/create-client.js';
import type { ClusterClient } from '../cluster/client.js';
import { localCluster, type LocalCluster } from '../cluster/testing/local-cluster.js';
import type { Application } from '../frontends/kubevela/application.js';
import type { ManagedFieldsEntry } from '../kubernetes/generated/meta-v1.js';
import { microTimestamp, timestamp } from '../kubernetes/conditions.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { seededRandom } from '../ports/random.js';
import { VirtualClock } from '../ports/virtual-clock.js';
import { argoController } from './argo/argo-controller.js';
import { kubevelaController } from './applications/kubevela-controller.js';
import { OtherController } from './other-controller.js';

describe('the controller that Applications come from', () => {
  let clock: VirtualClock;
  let cluster: LocalCluster;
  let client: ClusterClient;
  let others: OtherController;
  let changes: number;
  let errors: string[];

  beforeEach(async () => {
    clock = new VirtualClock();
    cluster = localCluster(clock);
    client = createClient(cluster.transport, { fieldManager: 'test', clock, random: seededRandom(1) });
    [changes, errors] = [0, []];
    await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'vela-system' }, spec: {} });
  });
  afterEach(async () => {
    await others.stop();
    await cluster.close();
    expect(errors).toEqual([]);
  });

  const start = async (namespace?: string, original = kubevelaController): Promise<void> => {
    others = new OtherController({ original, client, clock, onChange: () => changes++, onError: (error) => errors.push(error.message), ...(namespace === undefined ? {} : { namespace }) });
    await others.untilKnown();
  };
  const passes = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) await clock.advance(1000);
  };
  const app = (...managedFields: ManagedFieldsEntry[]): Application => ({ apiVersion: 'core.oam.dev/v1beta1', kind: 'Application', metadata: { name: 'shop', namespace: 'default', managedFields }, spec: { components: [] } });
  const lease = { namespace: 'vela-system', name: 'kubevela-v1z9z13' };
  const hold = (): Promise<unknown> =>
    client.create(resources.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec: { holderIdentity: 'vela-core-1', leaseDurationSeconds: 15, renewTime: microTimestamp(clock.now()) } });
  const renew = (): Promise<unknown> => client.patch(resources.leases, lease, { kind: 'merge', body: { spec: { renewTime: microTimestamp(clock.now()) } } });

  it('is seen by the Lease that it holds, also when it starts later, and its end too', async () => {
    await start();
    expect(others.about(app())).toBeUndefined();
    await hold();
    await passes(10);
    expect(others.about(app())?.text).toContain('Lease vela-system/kubevela-v1z9z13 (vela-core-1)');
    expect(changes).toBe(1);
    for (let turn = 0; turn < 4; turn++) {
      await renew();
      await passes(10);
      expect(others.about(app())).toBeDefined();
    }
    await passes(20);
    expect(others.about(app())).toBeUndefined();
    expect(changes).toBe(2);
  });

  it('is gone with its Lease, whatever it wrote before; not what somebody writes after that', async () => {
    const wrote = (at: number): Application => app({ manager: 'vela-core', operation: 'Update', time: timestamp(at), fieldsType: 'FieldsV1', fieldsV1: { 'f:status': { 'f:status': {}, 'f:workflow': {} } } });
    await start();
    const before = wrote(clock.now());
    await hold();
    await passes(20);
    expect(others.about(before)?.text).toContain('vela-core');
    await passes(30);
    expect(others.about(before)).toBeUndefined();
    expect(others.about(wrote(clock.now()))?.name).toBe('vela-core');
  });

  it('is not taken for at work by a Lease of somebody else', async () => {
    await client.create(resources.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...lease, name: 'other' }, spec: { holderIdentity: 'x', leaseDurationSeconds: 15, renewTime: microTimestamp(clock.now()) } });
    await start();
    expect(others.about(app())).toBeUndefined();
  });

  it('is seen by the status that it writes, for five minutes, and people who resume are not', async () => {
    await start('default');
    const written = (manager: string, fields: Record<string, unknown>): ManagedFieldsEntry => ({ manager, operation: 'Update', apiVersion: 'core.oam.dev/v1beta1', subresource: 'status', time: timestamp(clock.now()), fieldsType: 'FieldsV1', fieldsV1: { 'f:status': fields } });
    const vela = app(written('vela-core', { 'f:status': {}, 'f:workflow': {} }));
    expect(others.about(app(written('serin', { 'f:status': {} }), written('vela', { 'f:workflow': { 'f:suspend': {} } })))).toBeUndefined();
    expect(others.about(vela)?.text).toContain('vela-core wrote the status');
    expect(others.about(vela)?.until).toBeGreaterThan(clock.now() + 290_000);
    await passes(301);
    expect(others.about(vela)).toBeUndefined();
  });

  it('of Rollouts is seen by what it writes; what plugins write is a command', async () => {
    await start('default', argoController);
    const rollout = (manager: string, fields: Record<string, unknown>): KubernetesObject => ({
      apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout',
      metadata: { name: 'shop', namespace: 'default', uid: manager, managedFields: [{ manager, operation: 'Update', apiVersion: 'argoproj.io/v1alpha1', subresource: 'status', time: timestamp(clock.now()), fieldsType: 'FieldsV1', fieldsV1: { 'f:status': fields } }] },
    });
    for (const verb of ['f:abort', 'f:pauseConditions', 'f:promoteFull', 'f:controllerPause', 'f:currentStepIndex']) expect(others.about(rollout('kubectl-argo-rollouts', { [verb]: {} }))).toBeUndefined();
    expect(others.about(rollout('rollouts-controller', { 'f:phase': {}, 'f:pauseConditions': {} }))?.text).toContain('rollouts-controller wrote the status of this Rollout');
    expect(others.about(rollout('serin', { 'f:phase': {} }))).toBeUndefined();
  });

  it('of Rollouts is seen by its one Lease', async () => {
    await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argo-rollouts' }, spec: {} });
    await client.create(resources.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace: 'argo-rollouts', name: 'argo-rollouts-controller-lock' }, spec: { holderIdentity: 'argo-1', leaseDurationSeconds: 15, renewTime: microTimestamp(clock.now()) } });
    await start(undefined, argoController);
    expect(others.isHeld).toBe(true);
    expect(others.about(app())?.text).toContain('Lease argo-rollouts/argo-rollouts-controller-lock (argo-1)');
    await passes(30);
    expect(others.isHeld).toBe(false);
  });
});
