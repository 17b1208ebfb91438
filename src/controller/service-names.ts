import type { ReleaseSpec } from '../model/release.js';
import type { PolicySpec } from '../model/release-policy.js';

/** The Services that routers are told of: the clients' one, empty where there is none, and the canary's own. */
export function serviceNames({ service = '', canaryService }: Pick<PolicySpec & ReleaseSpec, 'service' | 'canaryService'>, policy: string): { readonly service: string; readonly canaryService: string } {
  return { service, canaryService: canaryService ?? `${service === '' ? policy : service}-canary` };
}
