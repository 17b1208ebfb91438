import type { Driver } from '../driver.js';
import { resources, serinResources } from '../driver.js';
import { deployment, getRelease, namespace, service, setImage, virtualService, web } from '../program.js';

/** Something that happens in the middle of a release. */
export interface Happening {
  happen(driver: Driver): Promise<void>;
  /** Puts back what was broken, after the release had time to wait for it. */
  mend?(driver: Driver): Promise<void>;
  /** What the witness sees that is the happening's own doing. */
  readonly excuses?: RegExp;
  /** What the release says while it waits to be mended. */
  readonly says?: RegExp;
  /** Size of the workload in the end, 4 when absent. */
  readonly replicas?: number;
  /** What is to be seen of routes in the end, `as found` when absent. */
  readonly routes?: string;
}

const editDeployment = (driver: Driver, spec: Record<string, unknown>): Promise<unknown> => driver.client.patch(resources.deployments, web, { kind: 'merge', body: { spec } });

/** Long enough for whatever is to happen; short of every timeout. */
const A_WHILE = 12;

async function command(driver: Driver, spec: Record<string, unknown>): Promise<void> {
  if (await getRelease(driver)) await driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { spec } });
}

/** Says "go on" to the step that the release is at. */
async function resume(driver: Driver): Promise<void> {
  const release = await getRelease(driver);
  if (release?.status?.phase === 'Progressing' || release?.status?.phase === 'Promoting') await command(driver, { advanceTo: release.status.step.index + 1 });
}

async function deletePods(driver: Driver): Promise<void> {
  const release = await getRelease(driver);
  for (const { metadata } of driver.objects(resources.pods, namespace)) {
    if (metadata.labels?.['pod-template-hash'] === release?.spec.canary.hash) await driver.client.delete(resources.pods, { namespace, name: metadata.name });
  }
}

async function deleteCanary(driver: Driver): Promise<void> {
  const name = (await getRelease(driver))?.spec.canary.replicaSet ?? '';
  if (driver.object(resources.replicaSets, { namespace, name })) await driver.client.delete(resources.replicaSets, { namespace, name }, { propagationPolicy: 'Background' });
}

const deleteDeployment = (propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Happening => ({
  happen: (driver) => driver.client.delete(resources.deployments, web, { propagationPolicy }),
  excuses: /ready Pods/,
});

const capacityLost = /ready Pods/;

/** By the name of the table's row. */
export const happenings: Readonly<Record<string, Happening>> = {
  'a newer version': { happen: (driver) => setImage(driver, 'web:v3') },
  'the old version again': { happen: (driver) => setImage(driver, 'web:v1') },
  'scaled up to 6': { happen: async (driver) => void (await editDeployment(driver, { replicas: 6 })), replicas: 6 },
  'scaled down to 2': { happen: async (driver) => void (await editDeployment(driver, { replicas: 2 })), replicas: 2 },
  'scaled to 0 and back': {
    happen: async (driver) => void (await editDeployment(driver, { replicas: 0 })),
    mend: async (driver) => void (await editDeployment(driver, { replicas: 4 })),
    excuses: capacityLost,
    says: /scaled to 0/,
  },
  // A rolling update of the Deployment's own may lack a quarter of the Pods.
  'un-paused': { happen: async (driver) => void (await editDeployment(driver, { paused: false })), excuses: /^3 ready Pods of 4/ },
  'release paused and resumed': { happen: (driver) => command(driver, { paused: true }), mend: (driver) => command(driver, { paused: false }), says: /^Paused by a person/ },
  'policy deleted': { happen: (driver) => driver.client.delete(serinResources.releasePolicies, web) },
  'Release deleted': { happen: (driver) => driver.client.delete(serinResources.releases, { namespace, name: 'web-1' }) },
  'Deployment deleted (background)': deleteDeployment('Background'),
  'Deployment deleted (foreground)': deleteDeployment('Foreground'),
  'Deployment deleted (orphan)': deleteDeployment('Orphan'),
  'manifest applied again': {
    happen: async (driver) => void (await driver.client.apply(resources.deployments, deployment('web:v2'), { fieldManager: 'kubectl', force: true })),
  },
  'VirtualService edited': {
    happen: async (driver) => {
      const body = [{ op: 'add', path: '/spec/http/0/timeout', value: '7s' }];
      await driver.client.patch(resources.virtualServices, web, { kind: 'json', body });
    },
    routes: 'timeout kept',
  },
  'VirtualService overwritten': {
    happen: async (driver) => void (await driver.client.patch(resources.virtualServices, web, { kind: 'merge', body: { spec: virtualService.spec } }, { fieldManager: 'gitops' })),
    mend: resume,
    excuses: /past the split/,
    says: /"gitops" put back its destinations.*ignoreDifferences/,
  },
  'VirtualService deleted': {
    happen: (driver) => driver.client.delete(resources.virtualServices, web),
    mend: async (driver) => {
      await driver.client.create(resources.virtualServices, virtualService);
      await driver.pass(2);
      await resume(driver);
    },
    excuses: /past the split/,
    says: /was deleted.*apply it again/,
  },
  'Service deleted': { happen: (driver) => driver.client.delete(resources.services, web), mend: async (driver) => void (await driver.client.create(resources.services, service)) },
  "the canary's ReplicaSet deleted": { happen: deleteCanary, excuses: capacityLost },
  "the canary's Pods deleted": { happen: deletePods, excuses: capacityLost },
  'policy changed': {
    happen: async (driver) => void (await driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { drain: '1s', strategy: { canary: { steps: [{ weight: 100 }] } } } } })),
  },
};

export { A_WHILE };
