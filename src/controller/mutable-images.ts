import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import type { PolicyProblem } from '../model/policy-problem.js';
import type { ReleasePolicy } from '../model/release-policy.js';

/**
 * Images of a template that people are asked about before any Pod runs them, when only a digest would say which image that is.
 * @param template of the workload; undefined where it is not known
 */
export function mutableImages({ spec }: Pick<ReleasePolicy, 'spec'>, template: PodTemplateSpec | undefined): PolicyProblem[] {
  if (!spec.approval) return [];
  const named = (template?.spec?.containers ?? []).map(({ image = '' }) => image).filter((image) => image !== '' && !/@sha256:[0-9a-f]{64}$/.test(image));
  const [image] = named;
  if (image === undefined) return [];
  return [{
    path: ['spec', 'approval'], severity: 'warning',
    problem: `is asked for before any Pod runs, when nobody knows which image ${[...new Set(named)].join(', ')} will be.`,
    remedy: `Name it by its digest, as ${image}@sha256:…; else a tag that is pushed again is seen only when Pods run it.`,
  }];
}
