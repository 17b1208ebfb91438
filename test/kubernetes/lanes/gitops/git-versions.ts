import { resources } from '../../../../src/kubernetes/resources.js';
import type { CanaryStep } from '../../../../src/model/policy/steps.js';
import { serinResources } from '../../../../src/model/resources.js';
import { policyOf } from '../../../scenarios/shop-manifests.js';
import type { Lab } from '../../lab/open-lab.js';
import { versionObjects, VersionedShop } from '../../lab/versioned-shop.js';
import { manifest } from './git-shop.js';
import { Reconciler, type Ignored, type Manifest, type Way } from './reconciler.js';

/** Two versions that a user runs, with their sizes, as they stand in git; the last one of the list is wanted once it is there. */
function gitOf(namespace: string, want: 'v1' | 'v2', steps: CanaryStep[]): Manifest[] {
  const { apiVersion, kind, metadata, spec: { service: _, ...spec } } = policyOf(namespace, { canary: { steps } }, { istio: { settleSeconds: 1, virtualServices: [{ name: 'shop' }] } }, { readyTimeout: '10m' });
  const list = ['shop-v1', 'shop-v2'].map((name) => ({ deployment: name, service: name }));
  const runners = versionObjects(namespace).flatMap(({ deployment, service }) => {
    const { spec: { template, ...sizes } } = deployment;
    // What the server fills in by itself stands in no file.
    const labels = template.metadata?.labels ?? {};
    return [manifest(resources.deployments, { ...deployment, spec: { ...sizes, template: { ...template, metadata: { labels } as never } } }), manifest(resources.services, service)];
  });
  return [
    ...runners,
    manifest(resources.virtualServices, { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'shop', namespace }, spec: { hosts: ['shop'], http: [{ name: 'primary', route: [{ destination: { host: 'shop-v1' } }] }] } }),
    manifest(serinResources.releasePolicies, { apiVersion, kind, metadata, spec: { ...spec, workload: { versions: { list, want: `shop-${want}` } } } }),
  ];
}

/** Versions that are in git, and a tool that keeps the cluster like it. */
export class GitVersions extends VersionedShop {
  readonly tool: Reconciler;
  readonly #steps: CanaryStep[];

  private constructor(lab: Lab, namespace: string, steps: CanaryStep[], tool: Reconciler) {
    super(lab, namespace);
    this.#steps = steps;
    this.tool = tool;
  }

  /** Puts them on the cluster by the tool, which goes on by itself, and waits until the policy rests. */
  static async openGit(lab: Lab, namespace: string, { way, ignored, steps }: { readonly way: Way; readonly ignored: readonly Ignored[]; readonly steps: CanaryStep[] }): Promise<GitVersions> {
    await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
    const tool = new Reconciler({ client: lab.client, kubeconfig: lab.kubeconfig, way, ignored }, gitOf(namespace, 'v1', steps));
    const shop = new GitVersions(lab, namespace, steps, tool);
    tool.start();
    try {
      await shop.atRest();
      return shop;
    } catch (error) {
      await tool.stop();
      throw new Error(`${String(error)}\n${tool.problems.join('\n')}`, { cause: error });
    }
  }

  /** Wants the other version in git. @returns the name of the release that begins */
  commit(want: 'v1' | 'v2'): string {
    this.tool.git = gitOf(this.namespace, want, this.#steps);
    return this.follow();
  }

  /** Waits until everything was applied this often again. */
  async rounds(count: number): Promise<void> {
    const from = this.tool.rounds;
    await this.until(`is applied ${count} times more`, () => this.tool.rounds >= from + count);
  }
}
