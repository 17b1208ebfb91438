import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oamResources, type Application } from '../../../../src/frontends/kubevela/application.js';
import { rolloutResource } from '../../../../src/frontends/kubevela/rollout-object.js';
import type { KubernetesObject, Resource } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { comparable, manifest, stateOf, states, type ApplicationState } from '../../../scenarios/application-state.js';
import { eventually } from '../../../scenarios/local-cluster.js';
import { startKwokPlane, type KwokPlane } from '../../lab/kwok-lab.js';
import type { LabProcess } from '../../lab/lab-process.js';
import { networks } from '../../lab/networks.js';
import { startSerinController } from '../../lab/serin-controller.js';

const WITHIN_SECONDS = 120;

describe('an Application of KubeVela on a real control plane', () => {
  let lab: KwokPlane;
  let controller: LabProcess;
  let namespace = '';
  let number = 0;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(170_000);
    lab = await startKwokPlane({ name: 'kubevela', network: networks.kubevela, nodes: [{ count: 2 }], frontends: ['kubevela'] }, signal);
    controller = await startSerinController({ directory: lab.plane.directory, kubeconfig: lab.plane.kubeconfigs.admin }, signal, { arguments: ['--frontends=kubevela'] });
  }, 180_000);
  afterAll(async () => {
    await controller?.stop();
    await lab?.stop();
  });
  beforeEach(async () => {
    namespace = `book-${++number}`;
    await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
  });
  afterEach(() => lab.client.delete(resources.namespaces, { name: namespace }));

  const find = <T extends KubernetesObject>(resource: Resource<T>, name: string): Promise<T | undefined> => lab.client.find(resource, { namespace, name });
  const apply = (file: string): Promise<unknown> => {
    const app = manifest(file);
    return lab.client.apply(oamResources.applications, { ...app, metadata: { ...app.metadata, namespace } }, { fieldManager: 'kubectl', force: true });
  };
  // What `vela workflow resume` sends.
  const resume = (): Promise<unknown> => lab.client.patch(oamResources.applications, { namespace, name: 'book-info' }, { kind: 'merge', body: { status: { workflow: { suspend: false } } } }, { subresource: 'status', fieldManager: 'vela' });

  async function until(wanted: Partial<ApplicationState>): Promise<void> {
    let seen: { state: ApplicationState; app: Application | undefined } | undefined;
    const reached = async (): Promise<boolean> => {
      const app = await find(oamResources.applications, 'book-info');
      const { items: deployments } = await lab.client.list(resources.deployments, { namespace });
      seen = { app, state: stateOf('reviews', { app, deployments, virtualService: await find(resources.virtualServices, 'reviews'), destinationRule: await find(resources.destinationRules, 'reviews') }) };
      try {
        expect(comparable(seen.state, wanted)).toEqual(wanted);
      } catch {
        return false;
      }
      return app?.metadata.generation === app?.status?.observedGeneration;
    };
    await eventually('the objects are as they should be', reached, WITHIN_SECONDS).catch((error: unknown) => {
      expect({ ...seen?.state, conditions: seen?.app?.status?.conditions, services: seen?.app?.status?.services }).toEqual(wanted);
      throw error;
    });
  }

  it('is deployed with everything that it consists of, goes through its pause, and back after the end', async () => {
    await apply('first-deploy.yaml');
    await until(states.deployed);
    const names = async (resource: Resource<KubernetesObject>): Promise<string[]> => (await lab.client.list(resource, { namespace })).items.map(({ metadata }) => metadata.name).sort();
    expect(await names(resources.services)).toEqual(['details', 'productpage', 'ratings', 'reviews']);
    expect(await names(resources.gateways)).toEqual(['productpage']);
    expect(await names(resources.controllerRevisions)).toEqual(['details-v1', 'productpage-v1', 'ratings-v1', 'reviews-v1']);
    expect(await find(rolloutResource, 'reviews')).toMatchObject({ spec: { targetRevisionName: 'reviews-v1' }, status: { rollingState: 'rolloutSucceed', batchRollingState: 'batchReady' } });
    await apply('rollout-v2.yaml');
    await until(states.suspended);
    await resume();
    await until(states.resumed);
    await apply('rollback.yaml');
    await until(states.rolledBack);
    expect((await find(oamResources.applications, 'book-info'))?.status?.latestRevision?.name).toMatch(/^book-info-v\d+$/);
  }, 600_000);

  it('goes back while it is suspended, and again when told again', async () => {
    await apply('first-deploy.yaml');
    await until(states.deployed);
    await apply('rollout-v2.yaml');
    await until(states.suspended);
    await apply('rollback.yaml');
    await until(states.rolledBack);
    await apply('rollback.yaml');
    await until(states.rolledBack);
  }, 600_000);
});
