import { isRecord } from '../json-values.js';
import type { Claim } from '../router.js';

/** One path of an Ingress, by what tells it from others. */
export interface PathKey {
  /** Empty for all hosts. */
  readonly host: string;
  readonly path: string;
  readonly pathType: string;
}

/** What was found in one main Ingress. */
export interface IngressClaim {
  readonly name: string;
  /** The Services that paths led to, where versions have Services of their own. */
  readonly backends: readonly (PathKey & { readonly service: string })[];
  /** The canary's own Service, that paths may lead to by now. */
  readonly canary?: string;
  /** Paths that Serin put in for a preview. */
  readonly preview: readonly string[];
}

/** The claims of this router among those on record. Claims that cannot be read are left out. */
export function parseClaims(claims: readonly Claim[]): IngressClaim[] {
  return claims.flatMap(({ kind, name, found }) => {
    if (kind !== 'Ingress' || !isRecord(found)) return [];
    const backends = Array.isArray(found.backends) ? found.backends.filter(isBackend) : [];
    const preview = Array.isArray(found.preview) ? found.preview.filter((path) => typeof path === 'string') : [];
    return [{ name, backends, preview, ...(typeof found.canary === 'string' ? { canary: found.canary } : {}) }];
  });
}

/** All claims on record with those of this router renewed. */
export function recordClaims(recorded: readonly Claim[], claims: readonly IngressClaim[]): Claim[] {
  const renewed = claims.map(({ name, backends, preview, canary }): Claim => ({
    kind: 'Ingress',
    name,
    found: { ...(backends.length > 0 ? { backends } : {}), ...(preview.length > 0 ? { preview } : {}), ...(canary === undefined ? {} : { canary }) },
  }));
  return [...recorded.filter(({ kind, name }) => kind !== 'Ingress' || !claims.some((claim) => claim.name === name)), ...renewed];
}

export const samePath = (a: PathKey, b: PathKey): boolean => a.host === b.host && a.path === b.path && a.pathType === b.pathType;

function isBackend(value: unknown): value is PathKey & { readonly service: string } {
  return isRecord(value) && ['host', 'path', 'pathType', 'service'].every((field) => typeof value[field] === 'string');
}
