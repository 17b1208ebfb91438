import type { PolicyRule } from '../../../kubernetes/generated/rbac-v1.js';
import { combined, type Attributes } from './attributes.js';

/** Whether a rule allows what is asked. */
export function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!holds(rule.verbs, asked.verb)) return false;
  if ('path' in asked) return (rule.nonResourceURLs ?? []).some((url) => coversUrl(url, asked.path));
  const { resourceNames = [] } = rule;
  return (
    holds(rule.apiGroups, asked.group) &&
    (rule.resources ?? []).some((resource) => coversResource(resource, combined(asked))) &&
    // Who may touch only some names may not ask for all.
    (resourceNames.length === 0 || resourceNames.includes(asked.name ?? ''))
  );
}

/** Whether a list names a value, or all. */
export function holds(list: readonly string[] | undefined, value: string): boolean {
  return (list ?? []).some((each) => each === '*' || each === value);
}

/** A star is every resource and subresource; a star before a subresource, that subresource of every resource. */
export function coversResource(rule: string, resource: string): boolean {
  if (rule === '*' || rule === resource) return true;
  const slash = resource.indexOf('/');
  return slash !== -1 && rule === `*${resource.slice(slash)}`;
}

/** A star at the end stands for any rest. */
export function coversUrl(rule: string, url: string): boolean {
  return rule === '*' || rule === url || (rule.endsWith('*') && url.startsWith(rule.replace(/\*+$/, '')));
}
