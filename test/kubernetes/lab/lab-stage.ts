import type { ClusterClient } from '../../../src/cluster/client.js';
import type { KubernetesObject, ObjectName, Resource } from '../../../src/kubernetes/objects.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { POLICY_LABEL, serinResources } from '../../../src/model/resources.js';
import type { ReleasePolicy } from '../../../src/model/release-policy.js';
import { systemClock } from '../../../src/ports/clock.js';
import { deployment, service, virtualService } from '../../driver/program.js';
import { placed, webOn, type Stage } from '../../driver/stage.js';
import type { Recorder } from './recorder.js';

/** A namespace of a real cluster in which the program `web` is released; reads what the recorder has been told. */
export class LabStage implements Stage {
  readonly namespace: string;
  readonly client: ClusterClient;
  readonly recorder: Recorder;

  constructor({ client, recorder }: { readonly client: ClusterClient; readonly recorder: Recorder }, namespace: string) {
    this.client = client;
    this.recorder = recorder;
    this.namespace = namespace;
  }

  objects<T extends KubernetesObject>(resource: Resource<T>, namespace = ''): T[] {
    return this.recorder.objects(resource, namespace);
  }

  object<T extends KubernetesObject>(resource: Resource<T>, name: Required<ObjectName>): T | undefined {
    return this.recorder.object(resource, name);
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  pass(seconds: number): Promise<void> {
    return systemClock.sleep(seconds * 1000);
  }

  /** Waits until the condition holds of what has been told. @throws Error with `seen` when it does not in time */
  async until(what: string, condition: () => boolean, seconds = 300, seen: () => unknown = () => this.said): Promise<void> {
    for (const end = systemClock.monotonic() + seconds * 1000; !condition(); await systemClock.sleep(50)) {
      if (systemClock.monotonic() > end) throw new Error(`${this.namespace}: not within ${seconds} s: ${what}; last seen: ${JSON.stringify(seen())}`);
    }
  }

  /** What policy and release say. */
  get said(): unknown {
    return [this.policy?.status?.phase, this.policy?.status?.message, this.objects(serinResources.releases, this.namespace).map(({ metadata, status }) => [metadata.name, status?.phase, status?.message])];
  }

  get policy(): ReleasePolicy | undefined {
    return this.object(serinResources.releasePolicies, webOn(this));
  }

  /** Puts version v1 there with its policy. */
  async open(policy: ReleasePolicy, replicas = 4): Promise<void> {
    await this.openNamespace();
    await this.openProgram(policy, replicas);
  }

  async openNamespace(): Promise<void> {
    await this.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace }, spec: {} });
  }

  /** As `open`, in a namespace that is there. */
  async openProgram(policy: ReleasePolicy, replicas = 4): Promise<void> {
    await this.client.create(resources.deployments, placed(this, deployment('web:v1', replicas)));
    await this.openPolicy(policy);
  }

  /** Puts a policy there, with the Service and the routes that it speaks of. */
  async openPolicy(policy: ReleasePolicy): Promise<void> {
    await this.client.create(resources.services, placed(this, service));
    await this.client.create(resources.virtualServices, placed(this, virtualService));
    await this.client.create(serinResources.releasePolicies, placed(this, settlingSoon(policy)));
  }

  /** Waits until its policy rests and the Deployment is looked after. */
  async atRest(seconds = 180): Promise<void> {
    const labelled = (): boolean => this.object(resources.deployments, webOn(this))?.metadata.labels?.[POLICY_LABEL] === 'web';
    await this.until('the policy rests', () => this.policy?.status?.phase === 'Resting' && labelled(), seconds);
  }
}

/** No mesh is here that would take time to take over what was written. */
function settlingSoon({ spec: { router, ...spec }, ...policy }: ReleasePolicy): ReleasePolicy {
  return { ...policy, spec: { ...spec, ...(router === undefined ? {} : { router: router.istio ? { ...router, istio: { settleSeconds: 1, ...router.istio } } : router }) } };
}
