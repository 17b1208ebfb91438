import { resources, serinResources } from '../driver.js';
import { deployment, getRelease, service, setImage, virtualService } from '../program.js';
import { placed, webOn, type Stage } from '../stage.js';

/** Something that happens in the middle of a release. */
export interface Happening {
  happen(stage: Stage): Promise<void>;
  /** Puts back what was broken, after the release had time to wait for it. */
  mend?(stage: Stage): Promise<void>;
  /** What the witness sees that is the happening's own doing. */
  readonly excuses?: RegExp;
  /** What is seen besides where the cluster's own controllers may be faster than ours. */
  readonly racing?: RegExp;
  /** What the release says while it waits to be mended. */
  readonly says?: RegExp;
  /** Size of the workload in the end, 4 when absent. */
  readonly replicas?: number;
  /** What is to be seen of routes in the end, `as found` when absent. */
  readonly routes?: string;
}

const editDeployment = (stage: Stage, spec: Record<string, unknown>): Promise<unknown> => stage.client.patch(resources.deployments, webOn(stage), { kind: 'merge', body: { spec } });

/** Long enough for whatever is to happen; short of every timeout. */
const A_WHILE = 12;

async function command(stage: Stage, spec: Record<string, unknown>): Promise<void> {
  if (await getRelease(stage)) await stage.client.patch(serinResources.releases, { namespace: stage.namespace, name: 'web-1' }, { kind: 'merge', body: { spec } });
}

/** Says "go on" to the step that the release is at. */
async function resume(stage: Stage): Promise<void> {
  const release = await getRelease(stage);
  if (release?.status?.phase === 'Progressing' || release?.status?.phase === 'Promoting') await command(stage, { advanceTo: release.status.step.index + 1 });
}

async function deletePods(stage: Stage): Promise<void> {
  const release = await getRelease(stage);
  for (const { metadata } of stage.objects(resources.pods, stage.namespace)) {
    if (metadata.labels?.['pod-template-hash'] === release?.spec.canary.hash) await stage.client.delete(resources.pods, { namespace: stage.namespace, name: metadata.name });
  }
}

async function deleteCanary(stage: Stage): Promise<void> {
  const name = (await getRelease(stage))?.spec.canary.replicaSet ?? '';
  if (stage.object(resources.replicaSets, { namespace: stage.namespace, name })) await stage.client.delete(resources.replicaSets, { namespace: stage.namespace, name }, { propagationPolicy: 'Background' });
}

type Propagation = 'Background' | 'Foreground' | 'Orphan';

const deleteRelease = (propagationPolicy: Propagation): Happening => ({
  happen: (stage) => stage.client.delete(serinResources.releases, { namespace: stage.namespace, name: 'web-1' }, { propagationPolicy }),
});

const deleteDeployment = (propagationPolicy: Propagation): Happening => ({
  happen: (stage) => stage.client.delete(resources.deployments, webOn(stage), { propagationPolicy }),
  excuses: /ready Pods/,
});

const capacityLost = /ready Pods/;

/** By the name of the table's row. */
export const happenings: Readonly<Record<string, Happening>> = {
  'a newer version': { happen: (stage) => setImage(stage, 'web:v3') },
  'the old version again': { happen: (stage) => setImage(stage, 'web:v1') },
  // New Pods come when the machine lets them; those that were there stay, and in the end there are six.
  'scaled up to 6': { happen: async (stage) => void (await editDeployment(stage, { replicas: 6 })), replicas: 6, racing: /(^[45]| with 2) ready Pods of 6$/ },
  'scaled down to 2': { happen: async (stage) => void (await editDeployment(stage, { replicas: 2 })), replicas: 2 },
  'scaled to 0 and back': {
    happen: async (stage) => void (await editDeployment(stage, { replicas: 0 })),
    mend: async (stage) => void (await editDeployment(stage, { replicas: 4 })),
    excuses: capacityLost,
    says: /scaled to 0/,
  },
  // A rolling update of the Deployment's own may lack a quarter of the Pods.
  'un-paused': { happen: async (stage) => void (await editDeployment(stage, { paused: false })), excuses: /^3 ready Pods of 4/, racing: /ready Pods of 4$/ },
  'release paused and resumed': { happen: (stage) => command(stage, { paused: true }), mend: (stage) => command(stage, { paused: false }), says: /^Paused by a person/ },
  'policy deleted': { happen: (stage) => stage.client.delete(serinResources.releasePolicies, webOn(stage)) },
  'Release deleted (background)': deleteRelease('Background'),
  'Release deleted (foreground)': deleteRelease('Foreground'),
  'Release deleted (orphan)': deleteRelease('Orphan'),
  'Deployment deleted (background)': deleteDeployment('Background'),
  'Deployment deleted (foreground)': deleteDeployment('Foreground'),
  'Deployment deleted (orphan)': deleteDeployment('Orphan'),
  'manifest applied again': {
    happen: async (stage) => void (await stage.client.apply(resources.deployments, placed(stage, deployment('web:v2')), { fieldManager: 'kubectl', force: true })),
  },
  'VirtualService edited': {
    happen: async (stage) => {
      const body = [{ op: 'add', path: '/spec/http/0/timeout', value: '7s' }];
      await stage.client.patch(resources.virtualServices, webOn(stage), { kind: 'json', body });
    },
    routes: 'timeout kept',
  },
  'VirtualService overwritten': {
    happen: async (stage) => void (await stage.client.patch(resources.virtualServices, webOn(stage), { kind: 'merge', body: { spec: virtualService.spec } }, { fieldManager: 'gitops' })),
    mend: resume,
    excuses: /past the split/,
    says: /"gitops" put back its destinations.*ignoreDifferences/,
  },
  'VirtualService deleted': {
    happen: (stage) => stage.client.delete(resources.virtualServices, webOn(stage)),
    mend: async (stage) => {
      await stage.client.create(resources.virtualServices, placed(stage, virtualService));
      await stage.pass(2);
      await resume(stage);
    },
    excuses: /past the split/,
    says: /was deleted.*apply it again/,
  },
  'Service deleted': { happen: (stage) => stage.client.delete(resources.services, webOn(stage)), mend: async (stage) => void (await stage.client.create(resources.services, placed(stage, service))) },
  "the canary's ReplicaSet deleted": { happen: deleteCanary, excuses: capacityLost },
  "the canary's Pods deleted": { happen: deletePods, excuses: capacityLost },
  'policy changed': {
    happen: async (stage) => void (await stage.client.patch(serinResources.releasePolicies, webOn(stage), { kind: 'merge', body: { spec: { drain: '1s', strategy: { canary: { steps: [{ weight: 100 }] } } } } })),
  },
};

export { A_WHILE };
