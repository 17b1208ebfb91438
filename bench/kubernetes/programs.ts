import type { ClusterClient } from '../../src/cluster/client.js';
import type { RunningInformer } from '../../src/cluster/informer.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import type { Release } from '../../src/model/release.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION, POLICY_LABEL, serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { forAll } from '../../test/kubernetes/lab/for-all.js';
import { NotRun } from '../harness/subject.js';

const PER_NAMESPACE = 50;

/** A Deployment with its Service and its VirtualService. */
export interface Program {
  readonly namespace: string;
  readonly name: string;
}

export const keyOf = ({ namespace = '', name }: { readonly namespace?: string; readonly name: string }): string => `${namespace}/${name}`;
/** The program that a release is of. */
export const programOf = ({ metadata: { namespace = '' }, spec }: Release): string => keyOf({ namespace, name: spec.policy });

const keyOfObject = ({ metadata }: KubernetesObject): string => keyOf(metadata);

/** Names of so many programs, fifty in a namespace. @param group begins the names of their namespaces */
export function namePrograms(group: string, count: number): Program[] {
  return Array.from({ length: count }, (_, index) => ({ namespace: `${group}-${Math.floor(index / PER_NAMESPACE)}`, name: `app-${index}` }));
}

/** Puts programs on a cluster, in version v1. */
export async function createPrograms(client: ClusterClient, programs: readonly Program[], replicas: number): Promise<void> {
  const namespaces = [...new Set(programs.map(({ namespace }) => namespace))];
  await forAll(namespaces, async (name) => (await client.find(resources.namespaces, { name })) ?? client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} }));
  await forAll(programs, async ({ namespace, name }) => {
    const labels = { app: name };
    await client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec: { selector: labels, ports: [{ name: 'http', port: 80 }] } });
    await client.create(resources.virtualServices, { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { namespace, name }, spec: { hosts: [name], http: [{ name: 'primary', route: [{ destination: { host: name } }] }] } });
    await client.create(resources.deployments, {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'app', image: imageOf('v1') }] } } },
    });
  });
}

const imageOf = (version: string): string => `example/app:${version}`;

/** Gives each program a policy of a canary that is steered by Istio. */
export async function createPolicies(client: ClusterClient, programs: readonly Program[], steps: CanaryStep[]): Promise<void> {
  await forAll(programs, ({ namespace, name }) => {
    const policy: ReleasePolicy = {
      apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { namespace, name },
      spec: { workload: { deployment: name }, service: name, router: { istio: {} }, strategy: { canary: { steps } }, drain: '1s' },
    };
    return client.create(serinResources.releasePolicies, policy);
  });
}

/** Asks for another version. */
export async function setVersion(client: ClusterClient, { namespace, name }: Program, version: string): Promise<void> {
  await client.patch(resources.deployments, { namespace, name }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'app', image: imageOf(version) }] } } } } });
}

/** Whether the Pods of a version are all there and ready, and no others, as the Deployment itself says. */
export function isRolledOut({ metadata, spec, status = {} }: Deployment, version: string): boolean {
  const replicas = spec.replicas ?? 1;
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return seen && spec.template.spec?.containers[0]?.image === imageOf(version) && status.updatedReplicas === replicas && status.replicas === replicas && status.availableReplicas === replicas;
}

/** Whether a policy rests and its Deployment is looked after. */
export function areAtRest(deployments: RunningInformer<Deployment>, policies: RunningInformer<ReleasePolicy>): (program: Program) => boolean {
  return (program) => policies.get(program)?.status?.phase === 'Resting' && deployments.get(program)?.metadata.labels?.[POLICY_LABEL] !== undefined;
}

/** Calls `look` with the key of each program of which something changed. @returns how to end that */
export type Changes = (look: (program: string) => void) => () => void;

/** The changes of a kind. @param programOf whose an object is; of its name, by default */
export function changesOf<T extends KubernetesObject>(informer: RunningInformer<T>, programOf: (object: T) => string = keyOfObject): Changes {
  return (look) => informer.onChange(({ object }) => look(programOf(object)));
}

/**
 * Waits until all programs are as they should be; each is looked at again whenever something of it changes.
 * @returns the monotonic time at which the last one was. @throws NotRun when they are not there in time
 */
export async function untilAll(programs: readonly Program[], what: string, changes: readonly Changes[], holds: (program: Program) => boolean, seconds = 1800): Promise<number> {
  const waiting = new Map(programs.map((program) => [keyOf(program), program] as const));
  let last = systemClock.monotonic();
  const look = (program: Program | undefined): void => {
    if (!program || !holds(program)) return;
    waiting.delete(keyOf(program));
    last = systemClock.monotonic();
  };
  const ends = changes.map((each) => each((program) => look(waiting.get(program))));
  try {
    for (const program of programs) look(program);
    for (const end = systemClock.monotonic() + seconds * 1000; waiting.size > 0; await systemClock.sleep(20)) {
      if (systemClock.monotonic() > end) throw new NotRun(`${waiting.size} of ${programs.length} were not ${what} within ${seconds} s, such as ${[...waiting.keys()][0]}`);
    }
    return last;
  } finally {
    for (const end of ends) end();
  }
}
