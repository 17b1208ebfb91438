import type { KubernetesObject } from '../../../src/kubernetes/objects.js';
import { POLICY_LABEL } from '../../../src/model/resources.js';
import type { Driver } from '../driver.js';
import { resources, serinResources } from '../driver.js';
import { webOn, type Stage } from '../stage.js';
import { isReady } from '../witness.js';

/** How everything stands when nothing moves any more, in words short enough to compare. */
export interface Ending {
  /** Phase of the policy, or `gone`. */
  policy: string;
  /** `web:v2 x4`, with `paused` and `unlabelled` where it is so; or `gone`. */
  deployment: string;
  /** Of each version: size, ready Pods, controller and plain owners. */
  versions: string[];
  releases: Record<string, string>;
  routes: string;
}

/** Lets everything run until nothing has been written for a while, telling releases at a pause to go on. */
export async function untilStill(driver: Driver): Promise<void> {
  const end = driver.clock.now() + 600_000;
  for (let quietSince = driver.clock.now(), version = driver.version; driver.clock.now() - quietSince < 32_000; ) {
    await driver.tick();
    await goOn(driver);
    if (driver.version !== version) [version, quietSince] = [driver.version, driver.clock.now()];
    if (driver.clock.now() > end) return;
  }
}

/** Tells releases at a pause to go on. */
export async function goOn(stage: Stage): Promise<void> {
  for (const { metadata, status, spec } of stage.objects(serinResources.releases, stage.namespace)) {
    const next = (status?.step.index ?? 0) + 1;
    if (!(status?.message ?? '').startsWith('Pauses until someone') || (spec.advanceTo ?? 0) >= next || metadata.deletionTimestamp !== undefined) continue;
    await stage.run(() => stage.client.patch(serinResources.releases, { namespace: stage.namespace, name: metadata.name }, { kind: 'merge', body: { spec: { advanceTo: next } } }));
  }
}

export function endingOf(stage: Stage): Ending {
  const policy = stage.object(serinResources.releasePolicies, webOn(stage));
  const deployment = stage.object(resources.deployments, webOn(stage));
  const pods = stage.objects(resources.pods, stage.namespace).filter(isReady);
  const versions = stage.objects(resources.replicaSets, stage.namespace).map((replicaSet) => {
    const image = replicaSet.spec.template?.spec?.containers[0]?.image ?? '';
    const ready = pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === replicaSet.metadata.uid)).length;
    return [image, `${replicaSet.spec.replicas ?? 1}${ready === replicaSet.spec.replicas ? '' : ` (${ready} ready)`} ${ownersOf(replicaSet)}`] as const;
  });
  return {
    policy: policy?.status?.phase ?? 'gone',
    deployment: deployment
      ? [`${deployment.spec.template.spec?.containers[0]?.image ?? ''} x${deployment.spec.replicas ?? 1}`, ...(deployment.spec.paused ? ['paused'] : []), ...(deployment.metadata.labels?.[POLICY_LABEL] === undefined ? ['unlabelled'] : [])].join(' ')
      : 'gone',
    versions: versions.map(([image, how]) => `${image}: ${how}`).sort(),
    releases: Object.fromEntries(stage.objects(serinResources.releases, stage.namespace).map(({ metadata, status }) => [metadata.name, [status?.phase, status?.abortReason].filter(Boolean).join(' ')])),
    routes: routesOf(stage),
  };
}

function ownersOf({ metadata }: KubernetesObject): string {
  const owners = metadata.ownerReferences ?? [];
  return owners.length === 0 ? 'nobody' : owners.map(({ kind, controller }) => (controller === true ? kind : `(${kind})`)).join(' ');
}

/** `as found` when nothing of ours is in any routing object. */
function routesOf(stage: Stage): string {
  const found = stage.object(resources.virtualServices, webOn(stage));
  const service = stage.object(resources.services, webOn(stage));
  // Routes of other programs in the same object are looked at by whoever put them there.
  const route = JSON.stringify(found?.spec.http?.filter(({ name }) => name !== 'other').map(({ timeout: _, ...rest }) => rest));
  const as = '[{"name":"primary","route":[{"destination":{"host":"web"}}]}]';
  return [
    ...(found === undefined ? ['VirtualService gone'] : route === as ? [] : [`routes ${route ?? ''}`]),
    ...(found?.spec.http?.some(({ timeout }) => timeout !== undefined) === true ? ['timeout kept'] : []),
    ...(found?.metadata.annotations ? ['annotated'] : []),
    ...(service?.metadata.annotations ? ['Service annotated'] : []),
    ...(JSON.stringify(service?.spec?.selector) === '{"app":"web"}' ? [] : ['Service gone or pinned']),
    ...stage.objects(resources.destinationRules, stage.namespace).map(({ metadata }) => `DestinationRule ${metadata.name}`),
  ].join(', ') || 'as found';
}
