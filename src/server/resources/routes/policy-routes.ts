import { serinResources } from '../../../model/resources.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import type { Release } from '../../../model/release.js';
import { defineRoute, type Route } from '../../route.js';
import { PolicyDetailSchema, PolicyListSchema, PolicyQuerySchema } from '../../schemas/policies.js';
import { newestFirst, type Known } from '../known.js';
import { yamlText } from '../objects/object-text.js';
import { personOf } from '../people.js';
import { policySummary } from '../policies/summary.js';
import { hasWords } from '../releases/listing.js';
import { summaryFor } from '../releases/summary.js';
import type { ResourceParts } from '../resource-parts.js';
import { missing, readable, requireReadable } from '../visibility.js';
import { PlaceSchema } from './places.js';

const { releasePolicies, releases } = serinResources;

/** Policies, and how well their releases went. */
export function policyRoutes({ rights, clock, known: knownOf }: ResourceParts): Route[] {
  return [
    defineRoute({
      method: 'GET', path: '/api/v1/policies', operationId: 'listPolicies', summary: 'Policies that you may see, with how well their releases went.',
      query: PolicyQuerySchema, answers: { 200: PolicyListSchema }, changes: false,
      async handle({ identity, query, signal }) {
        if (query.namespace !== undefined) await requireReadable(rights, identity, releasePolicies, query.namespace);
        const known = await knownOf(signal);
        const all = known.caches.policies.list(query.namespace === undefined ? {} : { namespace: query.namespace });
        const [may, mayReleases] = await Promise.all([readable(rights, identity, releasePolicies, all.map(namespaceOf)), readable(rights, identity, releases, all.map(namespaceOf))]);
        const byPolicy = grouped(known);
        const items = all.filter((policy) => may(namespaceOf(policy)))
          .map((policy) => policySummary(policy, mayReleases(namespaceOf(policy)) ? (byPolicy.get(keyOf(policy)) ?? []) : [], known.freezeOf(policy), clock.now()))
          .filter(({ name, namespace, workload }) => hasWords(query.search ?? '', [name, namespace, workload]))
          .sort((a, b) => a.id.localeCompare(b.id));
        return { status: 200, body: { items } };
      },
    }),
    defineRoute({
      method: 'GET', path: '/api/v1/namespaces/{namespace}/policies/{name}', operationId: 'getPolicy', summary: 'One policy with its releases.',
      params: PlaceSchema, answers: { 200: PolicyDetailSchema }, changes: false,
      async handle({ identity, params: { namespace, name }, signal }) {
        await requireReadable(rights, identity, releasePolicies, namespace);
        const known = await knownOf(signal);
        const policy = known.caches.policies.get({ namespace, name });
        if (!policy) throw missing('policy', namespace, name);
        const [may, person] = await Promise.all([readable(rights, identity, releases, [namespace]), personOf(rights, identity, [namespace])]);
        const own = may(namespace) ? known.releasesOf(policy).sort(newestFirst) : [];
        const body = { ...policySummary(policy, own, known.freezeOf(policy), clock.now()), releases: own.map((release) => summaryFor(known.summary(release), person)), spec: policy.spec, yaml: yamlText(policy.spec) };
        return { status: 200, body };
      },
    }),
  ];
}

const namespaceOf = ({ metadata }: ReleasePolicy): string => metadata.namespace ?? '';
const keyOf = ({ metadata }: ReleasePolicy): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** All releases by the policy that they are a run of. */
function grouped(known: Known): ReadonlyMap<string, readonly Release[]> {
  const groups = new Map<string, Release[]>();
  for (const release of known.caches.releases.list()) {
    const key = `${release.metadata.namespace ?? ''}/${release.spec.policy}`;
    const group = groups.get(key);
    if (group) group.push(release);
    else groups.set(key, [release]);
  }
  return groups;
}
