import type { KubernetesObject } from '../../../../src/kubernetes/objects.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import type { Release } from '../../../../src/model/release.js';
import type { ReleasePolicy } from '../../../../src/model/release-policy.js';
import { serinResources } from '../../../../src/model/resources.js';
import type { SteeredProgram } from '../../../scenarios/steered-program.js';
import { watchObjects } from './watching.js';

/** One version of an object as the API server had it, and what it is an example of. */
export interface Recorded {
  /** Such as `ReleasePolicy Releasing`, or `Release Progressing at pause`; `unseen` while its controller has not looked at what it says now. */
  readonly title: string;
  readonly object: KubernetesObject;
}

/** Takes down every version of the policies, releases and Deployments of a shop's namespace, which may be still to come. */
export class Recorder {
  readonly recorded: Recorded[] = [];
  readonly #stopping = new AbortController();
  readonly #watches: Promise<void>[];

  constructor({ cluster, namespace }: SteeredProgram) {
    const { signal } = this.#stopping;
    const watch = (resource: Parameters<typeof watchObjects>[1], title: (object: KubernetesObject) => string): Promise<void> =>
      watchObjects(cluster.client, resource, namespace, (object) => void this.recorded.push({ title: title(object), object: { ...object, apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`, kind: resource.kind } }), signal);
    this.#watches = [
      watch(serinResources.releasePolicies, (object) => policyTitle(object as unknown as ReleasePolicy)),
      watch(serinResources.releases, (object) => releaseTitle(object as unknown as Release)),
      watch(resources.deployments, ({ metadata, ...rest }) => `Deployment ${(Reflect.get(Reflect.get(rest, 'spec') as object, 'paused') as boolean | undefined) === true ? 'paused' : 'running'}${metadata.labels?.['serin.dev/policy'] === undefined ? ' alone' : ''}`),
    ];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#watches);
  }
}

function policyTitle({ metadata, spec, status }: ReleasePolicy): string {
  if (status?.phase === undefined) return 'ReleasePolicy new';
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'ReleasePolicy unseen';
  return `ReleasePolicy ${status.phase}${spec.paused === true ? ', paused' : ''}`;
}

function releaseTitle({ spec, status }: Release): string {
  const phase = status?.phase ?? 'new';
  if (phase !== 'Progressing') return `Release ${phase}`;
  const step = spec.plan.steps[status?.step.index ?? 0];
  const timed = step?.kind === 'pause' && step.milliseconds !== undefined ? 'timed ' : '';
  return `Release ${phase} at ${timed}${step?.kind ?? ''}${spec.paused === true ? ', paused' : ''}`;
}
