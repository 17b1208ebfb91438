import type { Container, Pod, PodSpec } from '../../../../kubernetes/generated/core-v1.js';
import { compareQuantities } from '../../../../kubernetes/quantity.js';

const COUNTED = ['cpu', 'memory'];

/** The class by which a node would evict Pods first: Guaranteed, Burstable or BestEffort. */
export function qualityOfService({ spec }: Pick<Pod, 'spec'>): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const all = spec === undefined ? [] : containers(spec);
  const asksFor = ({ resources }: Container, side: 'limits' | 'requests'): string[] =>
    COUNTED.filter((name) => Number.parseFloat(String(resources?.[side]?.[name] ?? '0')) !== 0);
  if (all.every((each) => asksFor(each, 'limits').length === 0 && asksFor(each, 'requests').length === 0)) return 'BestEffort';
  const guaranteed = all.every(
    (each) =>
      asksFor(each, 'limits').length === COUNTED.length &&
      COUNTED.every((name) => {
        const limit = each.resources?.limits?.[name];
        const request = each.resources?.requests?.[name];
        return limit !== undefined && request !== undefined && compareQuantities(limit, request) === 0;
      }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function containers(spec: PodSpec): Container[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
}
