import { controllerReference } from '../../../kubernetes/owners.js';
import { hashTemplate } from '../../../kubernetes/pod-template.js';
import type { PolicySpec, ReleasePolicy } from '../../../model/release-policy.js';
import { API_VERSION, RETRY_ANNOTATION } from '../../../model/resources.js';
import { FRONTEND_LABEL } from '../../frontend-label.js';
import type { Rollout } from '../kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { replicasOf } from '../rollouts/template.js';
import { blueGreenOf, canaryOf } from './strategy.js';
import { routingOf } from './routing.js';

/** What the front end calls itself on what it makes. */
export const FRONTEND = 'argo';

/** The ReplicaSets that a policy knows, by name. */
export interface PolicyVersions {
  /** The one that users rely on; absent before there is one. */
  readonly stable?: string | undefined;
  /** The one that is to run. */
  readonly want: string;
  /** Those of a release that is still under way. */
  readonly others?: readonly string[];
}

export interface PolicyOptions {
  /** Straight to the end: no steps, pauses and analyses. */
  readonly skipSteps?: boolean;
  /** The release whose verdict does not count any more. */
  readonly retry?: string | undefined;
}

/** Nothing is taken back because of time: only the Rollout says when it is late. */
const NEVER = '87600h';

/** The policy that moves Pods and traffic of a Rollout from one of its ReplicaSets to the next. The Rollout must have passed the checks. */
export function policyOf(rollout: Rollout, { stable, want, others = [] }: PolicyVersions, { skipSteps = false, retry }: PolicyOptions = {}): ReleasePolicy {
  const { namespace, uid } = rollout.metadata;
  const names = [...new Set([...(stable === undefined ? [] : [stable]), ...others, want])];
  return {
    apiVersion: API_VERSION,
    kind: 'ReleasePolicy',
    metadata: {
      name: policyNameOf(rollout),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [FRONTEND_LABEL]: FRONTEND },
      ...(retry === undefined ? {} : { annotations: { [RETRY_ANNOTATION]: retry } }),
      ...(uid === undefined ? {} : { ownerReferences: [controllerReference(rollout)] }),
    },
    spec: {
      workload: { versions: { list: names.map((replicaSet) => ({ replicaSet })), hashLabel: ROLLOUTS_HASH_LABEL, want, replicas: replicasOf(rollout), old: 'Leave' } },
      ...routingOf(rollout),
      strategy: strategyOf(rollout, skipSteps),
      // Its own analyses are AnalysisRuns, which the Rollout starts and heeds.
      analysis: { metrics: [] },
      crashes: 'Wait',
      readyTimeout: NEVER,
      ...(rollout.spec.paused === true ? { paused: true } : {}),
    },
  };
}

function strategyOf({ spec }: Rollout, skipSteps: boolean): PolicySpec['strategy'] {
  const { canary = {}, blueGreen } = spec.strategy ?? {};
  return blueGreen ? { blueGreen: blueGreenOf(blueGreen, skipSteps) } : { canary: canaryOf(canary, skipSteps) };
}

/** Names of policies become labels, with the number of a release behind them. */
const LONGEST_NAME = 57;

/** The name of a Rollout's policy: its own, shortened where it is too long. */
export function policyNameOf({ metadata: { name } }: Pick<Rollout, 'metadata'>): string {
  if (name.length <= LONGEST_NAME) return name;
  const mark = hashTemplate({ metadata: { name: '', labels: { name } }, spec: { containers: [] } });
  return `${name.slice(0, LONGEST_NAME - 1 - mark.length).replace(/[.-]+$/, '')}-${mark}`;
}
