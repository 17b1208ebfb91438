import type { PolicyRule } from '../../../kubernetes/generated/rbac-v1.js';
import { coversResource, coversUrl, holds } from './rules.js';

/**
 * What somebody would give away without having it: the parts of `wanted` that no rule of `held` covers, as the real
 * server words them, in order; empty when all is held.
 */
export function missingRights(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): string[] {
  const missing = wanted.flatMap(parts).filter((part) => !held.some((rule) => coversPart(rule, part)));
  return [...new Set(joined(missing).map(shown))].sort();
}

/** A rule of one group, resource and name, or of one URL, with one verb. */
function parts(rule: PolicyRule): PolicyRule[] {
  const names = rule.resourceNames ?? [];
  // Rules are weighed before they are checked: one may lack even its verbs.
  const verbs = rule.verbs ?? [];
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      verbs.flatMap((verb): PolicyRule[] => {
        const one = { apiGroups: [group], resources: [resource], verbs: [verb] };
        return names.length === 0 ? [one] : names.map((name) => ({ ...one, resourceNames: [name] }));
      }),
    ),
  );
  const urls = (rule.nonResourceURLs ?? []).flatMap((url) => verbs.map((verb): PolicyRule => ({ nonResourceURLs: [url], verbs: [verb] })));
  return [...resources, ...urls];
}

function coversPart(rule: PolicyRule, part: PolicyRule): boolean {
  const [verb = ''] = part.verbs;
  const [url] = part.nonResourceURLs ?? [];
  if (!holds(rule.verbs, verb)) return false;
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((each) => coversUrl(each, url));
  const [group = ''] = part.apiGroups ?? [];
  const [resource = ''] = part.resources ?? [];
  const [name] = part.resourceNames ?? [];
  const names = rule.resourceNames ?? [];
  return (
    holds(rule.apiGroups, group) &&
    (rule.resources ?? []).some((each) => coversResource(each, resource)) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

/** Parts that differ in their verb only become one. */
function joined(missing: readonly PolicyRule[]): PolicyRule[] {
  const urls = missing.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined);
  const simple = new Map<string, PolicyRule>();
  for (const part of missing) {
    if (part.nonResourceURLs !== undefined) continue;
    const key = JSON.stringify([part.apiGroups, part.resources, part.resourceNames]);
    const known = simple.get(key);
    simple.set(key, known === undefined ? part : { ...known, verbs: [...known.verbs, ...part.verbs] });
  }
  return [...urls, ...simple.values()];
}

function shown({ apiGroups = [], resources = [], nonResourceURLs = [], resourceNames = [], verbs }: PolicyRule): string {
  const part = (name: string, list: readonly string[]): string[] => (list.length === 0 ? [] : [`${name}:[${list.map((each) => JSON.stringify(each)).join(' ')}]`]);
  const all = [
    ...part('APIGroups', apiGroups),
    ...part('Resources', resources),
    ...part('NonResourceURLs', nonResourceURLs),
    ...part('ResourceNames', resourceNames),
    ...part('Verbs', verbs),
  ];
  return `{${all.join(', ')}}`;
}
