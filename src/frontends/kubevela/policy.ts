import { ownedBy } from './render/metadata.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, RETRY_ANNOTATION } from '../../model/resources.js';
import type { Application } from './application.js';
import { policyName } from './components/facts.js';
import type { CanaryRollout } from './components/rollouts.js';
import { APP_NAME, COMPONENT, FRONTEND, FRONTEND_LABEL } from './labels.js';
import type { RenderedComponent } from './render.js';

/** The revisions that a policy knows. */
export interface PolicyVersions {
  /** The one that users rely on; absent before there is one. */
  readonly stable?: string | undefined;
  /** The one that is to run. */
  readonly want: string;
  /** Those of a release that is still under way. */
  readonly others?: readonly string[];
}

/**
 * The policy of a released component: its revisions are Deployments that run beside each other, and its releases move Pods and
 * traffic from one to the next.
 * @param rollouts how far its next release goes, step by step
 * @param retry the release whose verdict does not count any more
 */
export function policyOf(app: Application, { component, rollout, traffic }: RenderedComponent, { stable, want, others = [] }: PolicyVersions, rollouts: readonly CanaryRollout[], retry?: string): ReleasePolicy {
  const { namespace, name: appName } = app.metadata;
  const names = [...new Set([...(stable === undefined ? [] : [stable]), ...others, want])];
  const sizes = rollouts.map(({ pods }) => pods);
  const largest = Math.max(1, ...sizes.map((pods, index) => pods - (sizes[index - 1] ?? 0)));
  return {
    apiVersion: API_VERSION,
    kind: 'ReleasePolicy',
    metadata: {
      name: policyName(component),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [APP_NAME]: appName, [COMPONENT]: component, [FRONTEND_LABEL]: FRONTEND },
      ...(retry === undefined ? {} : { annotations: { [RETRY_ANNOTATION]: retry } }),
      ...ownedBy(app),
    },
    spec: {
      workload: {
        versions: {
          list: names.map((name) => ({ deployment: name, ...(traffic ? { subset: name } : {}) })),
          want,
          ...(rollout ? { replicas: rollout.targetSize } : {}),
          old: 'Delete',
        },
      },
      ...(traffic ? { service: traffic.service, router: { istio: { virtualServices: traffic.virtualServices.map((name) => ({ name })) } } } : {}),
      strategy: {
        rolling: {
          batches: rollouts.map(({ pods, weight, pause }) => ({ pods, ...(weight === undefined ? {} : { weight }), ...(pause ? { pause: {} } : {}) })),
          maxSurge: largest,
          maxUnavailable: 0,
        },
      },
    },
  };
}
