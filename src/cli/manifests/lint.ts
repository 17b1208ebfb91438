import { checkPolicy } from '../../controller/policy-checks.js';
import { inReadingOrder, type ManifestProblem } from '../../manifests/problem.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import { validateKind } from '../../model/policy-validation.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, GROUP, serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import { checkTemplate } from '../../strategies/analysis/template-checks.js';
import { withDefaults } from './defaults.js';
import { placed, type SourcedObject } from './objects.js';
import { surroundingsOf, type ObjectSource } from './surroundings.js';

const TEMPLATES: readonly string[] = [serinResources.metricTemplates.kind, serinResources.clusterMetricTemplates.kind];

/**
 * All that is wrong with Serin's own objects among these, in reading order; other kinds are only looked at as their
 * surroundings. @param now milliseconds since the epoch
 */
export function lintObjects(objects: readonly SourcedObject[], source: (namespace: string) => ObjectSource, now: number): ManifestProblem[] {
  const own = objects.filter(({ object }) => object.apiVersion.split('/')[0] === GROUP);
  return inReadingOrder(own.flatMap((each) => placed(each.manifest, lintObject(each, source, now))));
}

function lintObject({ object }: SourcedObject, source: (namespace: string) => ObjectSource, now: number): Parameters<typeof placed>[1] {
  const kinds = Object.values(serinResources).map(({ kind }) => kind);
  if (object.apiVersion !== API_VERSION) {
    return [{ path: ['apiVersion'], problem: `there is no version "${object.apiVersion.split('/')[1] ?? ''}" of ${GROUP}.`, remedy: `Write ${API_VERSION}.` }];
  }
  if (!kinds.includes(object.kind)) {
    const meant = nearestName(object.kind, kinds);
    return [{ path: ['kind'], problem: `there is no kind "${object.kind}" in ${API_VERSION}.`, remedy: meant === undefined ? `There are ${kinds.join(', ')}.` : `Did you mean ${meant}?` }];
  }
  const wrong = validateKind(object.kind, object);
  // One that its schema lets pass has the fields of its kind.
  if (TEMPLATES.includes(object.kind)) return wrong.length > 0 ? wrong : checkTemplate((object as MetricTemplate).spec);
  if (object.kind !== serinResources.releasePolicies.kind) return wrong;
  const invalid = wrong.length > 0;
  // Only a policy that passed its schema is asked for its surroundings.
  const policy = object as ReleasePolicy;
  if (invalid) return checkPolicy(policy, { deployment: 'unknown', policies: [] });
  return checkPolicy(withDefaults(policy), surroundingsOf(policy, source(object.metadata.namespace ?? ''), now));
}
