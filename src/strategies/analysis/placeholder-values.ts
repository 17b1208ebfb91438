import type { PlaceholderValues } from '../../model/placeholders.js';
import type { PolicySpec } from '../../model/release-policy.js';

/** What placeholders of metrics stand for in one release of a policy. @param about names of policy, release and versions */
export function placeholderValues({ service, canaryService }: PolicySpec, about: Readonly<Record<'namespace' | 'policy' | 'release' | 'stable' | 'canary', string>>): PlaceholderValues {
  const own = canaryService ?? (service === undefined ? undefined : `${service}-canary`);
  return { ...about, ...(service === undefined ? {} : { service }), ...(own === undefined ? {} : { canaryService: own }) };
}

/** The same where there is no release yet: names of the kind that they will have. */
export const likelyValues = (spec: PolicySpec): PlaceholderValues =>
  placeholderValues(spec, { namespace: 'default', policy: 'web', release: 'web-1', stable: 'web-5d4f8c7b9', canary: 'web-7c6b5a498' });
