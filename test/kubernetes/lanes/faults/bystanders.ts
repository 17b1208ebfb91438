import type { ClusterClient } from '../../../../src/cluster/client.js';
import type { Deployment } from '../../../../src/kubernetes/generated/apps-v1.js';
import type { Service } from '../../../../src/kubernetes/generated/core-v1.js';
import type { VirtualService } from '../../../../src/kubernetes/generated/istio-v1.js';
import { deepEqual } from '../../../../src/kubernetes/json.js';
import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { EPOCH_ANNOTATION, POLICY_LABEL } from '../../../../src/model/resources.js';
import { HASH_LABEL } from '../../../../src/model/version.js';
import { deployment, service, virtualService } from '../../../driver/program.js';
import type { Recorded } from '../../lab/recorder.js';

/** What is in a namespace beside the program, and in the same objects; nothing of it is Serin's. */
const OTHER = 'other';
const otherRoute = { name: OTHER, match: [{ uri: { prefix: '/other' } }], retries: { attempts: 1 }, route: [{ destination: { host: OTHER } }] };

/** Puts another program beside the one of the story, and a route of it into the same VirtualService. */
export async function openBystanders(client: ClusterClient, namespace: string): Promise<void> {
  const other = <T extends KubernetesObject>(object: T): T => ({ ...object, metadata: { ...object.metadata, namespace, name: OTHER } });
  const { template } = deployment('other:v1').spec;
  // Paused and empty, so that nothing of it runs; whoever un-pauses it is found out.
  await client.create(resources.deployments, other({ ...deployment('other:v1', 0), spec: { replicas: 0, paused: true, selector: { matchLabels: { app: OTHER } }, template: { ...template, metadata: { name: '', labels: { app: OTHER } } } } }));
  await client.create(resources.services, other({ ...service, spec: { ...service.spec, selector: { app: OTHER } } }));
  await client.create(resources.virtualServices, other({ ...virtualService, spec: { hosts: [OTHER], http: [{ route: [{ destination: { host: OTHER } }] }] } }));
  await client.patch(resources.virtualServices, { namespace, name: 'web' }, { kind: 'merge', body: { metadata: { labels: { team: 'shop' } }, spec: { exportTo: ['*'], http: [otherRoute, ...(virtualService.spec.http ?? [])] } } });
}

/** Of each state of what users own: whether more of it changed than Serin claims; and of the last, whether all of it is back. */
export function brokenOwnership(history: readonly Recorded[], images: readonly string[]): string[] {
  const broken: string[] = [];
  const objects = new Map<string, Recorded[]>();
  for (const event of history) {
    if (!isTheirs(event)) continue;
    const key = `${event.object.kind} ${event.object.metadata.name}`;
    objects.set(key, [...(objects.get(key) ?? []), event]);
  }
  for (const [key, states] of objects) {
    // The route beside is put there by the test.
    const first = states.find(({ object }) => object.kind !== 'VirtualService' || object.metadata.name === OTHER || (object as VirtualService).spec.http?.[0]?.name === OTHER);
    const last = states.at(-1);
    if (!first || !last) continue;
    const kept = keptOf(first.object, images);
    for (const { type, object, version } of states.slice(states.indexOf(first) + 1)) {
      if (type === 'DELETED') broken.push(`rule 8: ${key} was deleted`);
      else if (!deepEqual(keptOf(object, images), kept)) broken.push(`rule 8: ${key} at ${version}: ${JSON.stringify(keptOf(object, images))} was ${JSON.stringify(kept)}`);
    }
    if (last.object.kind !== 'Deployment' && !deepEqual(whole(last.object), whole(first.object))) broken.push(`rule 8: ${key} in the end: ${JSON.stringify(whole(last.object))} was ${JSON.stringify(whole(first.object))}`);
  }
  return broken.slice(0, 10);
}

const isTheirs = ({ object: { kind, metadata: { name } } }: Recorded): boolean =>
  (['Deployment', 'VirtualService', 'Service'].includes(kind) && name === 'web') || name === OTHER;

/** Everything that is said in an object but its status and what the API server counts. */
const whole = ({ metadata: { labels, annotations, ownerReferences, finalizers }, ...object }: KubernetesObject): unknown =>
  ({ labels: labels ?? {}, annotations: without(annotations, 'deployment.kubernetes.io/revision'), ownerReferences, finalizers, spec: Reflect.get(object, 'spec') as unknown });

/** The same without what Serin may claim of the program's own objects, and without what the story's people change. */
function keptOf(object: KubernetesObject, images: readonly string[]): unknown {
  if (object.metadata.name === OTHER) return whole(object);
  const { labels, annotations } = object.metadata;
  return whole({ ...object, metadata: { ...object.metadata, labels: without(labels, POLICY_LABEL), annotations: without(annotations, EPOCH_ANNOTATION) }, ...keptSpec(object, images) });
}

function keptSpec(object: KubernetesObject, images: readonly string[]): { spec: unknown } {
  if (object.kind === 'Service') {
    const { spec } = object as Service;
    return { spec: { ...spec, selector: without(spec?.selector, HASH_LABEL) } };
  }
  if (object.kind === 'VirtualService') {
    const { spec } = object as VirtualService;
    return { spec: { ...spec, http: spec.http?.filter(({ name }) => name === OTHER) } };
  }
  const { paused: _, ...spec } = (object as Deployment).spec;
  const containers = spec.template.spec?.containers.map((container) => (images.includes(container.image ?? '') ? { ...container, image: '' } : container));
  return { spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
}

const without = (map: Readonly<Record<string, string>> | undefined, key: string): Record<string, string> =>
  Object.fromEntries(Object.entries(map ?? {}).filter(([each]) => each !== key));
