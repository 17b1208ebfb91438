import type { PolicyRule } from '../../../../kubernetes/generated/rbac-v1.js';

/** Verbs that change nothing. */
export const READ = 'get list watch';
/** Verbs that change something. */
export const WRITE = 'create delete deletecollection patch update';
/** All verbs of objects. */
export const READ_WRITE = `${READ} ${WRITE}`;

/** A rule in short: words between blanks. @param groups `core` stands for the group without a name */
export function rule(verbs: string, groups: string, resources: string): PolicyRule {
  return { apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)), resources: words(resources).sort(), verbs: words(verbs).sort() };
}

/** A rule on paths that are no resources. */
export function urlRule(verbs: string, urls: string): PolicyRule {
  return { nonResourceURLs: words(urls).sort(), verbs: words(verbs) };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
