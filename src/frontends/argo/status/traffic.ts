import type { ExperimentWeight } from '../analyses/experiment-traffic.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { hashOfReplicaSet } from '../rollouts/labels.js';
import { serviceOf } from '../scaling/services.js';
import type { Facts } from '../updates/facts.js';

type Weights = NonNullable<NonNullable<RolloutStatus['canary']>['weights']>;

/** The weights of a canary with a routing product, in parts of its maxTrafficWeight; undefined without one. @param additional what templates of experiments have of stable's */
export function weightsOf({ rollout, moving, observed, stableHash, wanted }: Facts, additional: readonly ExperimentWeight[]): Weights | undefined {
  const { trafficRouting, canaryService, stableService, pingPong } = rollout.spec.strategy?.canary ?? {};
  if (!trafficRouting) return undefined;
  const whole = trafficRouting.maxTrafficWeight ?? 100;
  const { shares } = moving?.status ?? {};
  const share = shares?.written?.canary ?? shares?.accepted?.canary ?? 0;
  const weight = Math.round((share * whole) / 1000);
  const tried = moving && observed.replicaSets.find(({ metadata }) => metadata.name === moving.spec.canary.replicaSet);
  const service = (name: string | undefined): { serviceName?: string } => (name === undefined || name === '' || pingPong ? {} : { serviceName: name });
  return {
    canary: { weight, ...service(canaryService), podTemplateHash: tried ? hashOfReplicaSet(tried) : wanted.hash },
    stable: { weight: whole - weight - additional.reduce((sum, each) => sum + each.weight, 0), ...service(stableService), podTemplateHash: stableHash },
    ...(additional.length === 0 ? {} : { additional: [...additional] }),
  };
}

type Selectors = Pick<NonNullable<RolloutStatus['blueGreen']>, 'activeSelector' | 'previewSelector'>;

/** The hashes that the Services of blue/green lead to. What is not known of them stays as it was told last. */
export function selectorsOf({ rollout, observed: { known }, found }: Facts): Selectors {
  const { activeService, previewService } = rollout.spec.strategy?.blueGreen ?? {};
  if (!known.services) return { ...selector('activeSelector', found.blueGreen?.activeSelector), ...selector('previewSelector', found.blueGreen?.previewSelector) };
  const hash = (name: string | undefined): string | undefined => serviceOf(rollout, known, name)?.spec?.selector?.[ROLLOUTS_HASH_LABEL];
  return { ...selector('activeSelector', hash(activeService)), ...selector('previewSelector', hash(previewService)) };
}

const selector = (field: keyof Selectors, hash: string | undefined): Selectors => (hash === undefined ? {} : { [field]: hash });
