import { serinResources } from '../../src/model/resources.js';
import { resources } from '../../src/kubernetes/resources.js';
import { hasEnded, type Release } from '../../src/model/release.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { eventually, logOf, type TestCluster } from './local-cluster.js';

/** A program named `shop` in a namespace of its own, and the release of it that is under way. */
export class SteeredProgram {
  readonly cluster: TestCluster;
  readonly namespace: string;
  readonly name: string;
  #release = 0;

  constructor(cluster: TestCluster, namespace: string, name = 'shop') {
    this.cluster = cluster;
    this.namespace = namespace;
    this.name = name;
  }

  get key(): { namespace: string; name: string } {
    return { namespace: this.namespace, name: this.name };
  }

  /** The name of the last release that `set` started. */
  get release(): string {
    return `${this.name}-${this.#release}`;
  }

  /** Runs `serin` in the namespace of the program. @throws Error when it does not end with 0 */
  async serin(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cluster.serin(...args, '-n', this.namespace);
    if (code !== 0) throw new Error(`serin ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Waits until nothing is under way and the Deployment is looked after. */
  async atRest(seconds = 60): Promise<ReleasePolicy> {
    let last: ReleasePolicy | undefined;
    return eventually(`${this.namespace} rests`, async () => {
      last = await this.cluster.client.find(serinResources.releasePolicies, this.key);
      const deployment = await this.cluster.client.find(resources.deployments, this.key);
      return last?.status?.phase === 'Resting' && deployment?.metadata.labels?.['serin.dev/policy'] === this.name && deployment.status?.readyReplicas === deployment.spec.replicas && last;
    }, seconds, () => `last seen: ${last?.status?.phase ?? 'nothing'}: ${last?.status?.message ?? ''}`);
  }

  /** Sets image and variables of the Deployment, as `kubectl set image` and `kubectl set env` do. @returns the name of the release that begins */
  async set(image: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    await this.patchImage(image, variables);
    return this.follow();
  }

  /** The same where no release begins. */
  async patchImage(image: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
    const container = { name: this.name, image, ...(env.length > 0 ? { env } : {}) };
    await this.cluster.client.patch(resources.deployments, this.key, { kind: 'strategic', body: { spec: { template: { spec: { containers: [container] } } } } });
  }

  /** Takes the next release for the one that is spoken of. */
  follow(): string {
    this.#release += 1;
    return this.release;
  }

  async get(): Promise<Release | undefined> {
    return this.cluster.client.find(serinResources.releases, { namespace: this.namespace, name: this.release });
  }

  async until(what: string, condition: (release: Release) => boolean, seconds = 60): Promise<Release> {
    let last: Release | undefined;
    try {
      return await eventually(`${this.namespace}/${this.release} ${what}`, async () => {
        last = await this.get();
        return last && condition(last) ? last : undefined;
      }, seconds);
    } catch (error) {
      const policy = await this.cluster.client.find(serinResources.releasePolicies, this.key);
      throw new Error(`${String(error)} last seen: ${last?.status?.phase ?? 'nothing'}: ${last?.status?.message ?? ''}; policy: ${policy?.status?.message ?? ''}\n${await logOf(this.cluster, 'serin')}`, { cause: error });
    }
  }

  /** Waits until the release stands at a pause that somebody has to end. @param after only one at a later step than this */
  atPause(after = -1): Promise<Release> {
    return this.until('pauses', ({ status }) => status?.phase === 'Progressing' && status.step.index > after && status.message?.includes('serin resume') === true);
  }

  /** Leaves the step that the release stands at. */
  async goOn(): Promise<void> {
    const release = await this.get();
    await this.patch({ advanceTo: (release?.status?.step.index ?? 0) + 1 });
  }

  async patch(spec: Partial<Release['spec']>): Promise<void> {
    await this.cluster.client.patch(serinResources.releases, { namespace: this.namespace, name: this.release }, { kind: 'merge', body: { spec } });
  }

  /** Waits for the end. @throws Error when it is another one */
  async ends(phase: 'Completed' | 'Aborted', seconds = 60): Promise<Release> {
    const release = await this.until('ends', ({ status }) => hasEnded(status?.phase ?? 'Preparing'), seconds);
    if (release.status?.phase !== phase) throw new Error(`${this.namespace}/${this.release} is ${release.status?.phase ?? ''}: ${release.status?.abortReason ?? ''}: ${release.status?.message ?? ''}`);
    return release;
  }

  /** Ready Pods by image. */
  async readyPods(): Promise<Record<string, number>> {
    const { items } = await this.cluster.client.list(resources.pods, { namespace: this.namespace, labelSelector: `app=${this.name}` });
    const ready = items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
    const counts: Record<string, number> = {};
    for (const { spec } of ready) counts[spec.containers[0]?.image ?? ''] = (counts[spec.containers[0]?.image ?? ''] ?? 0) + 1;
    return counts;
  }
}
