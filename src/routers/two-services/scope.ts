import type { IngressNginxConfig, TwoServicesConfig } from '../../model/policy/routers.js';
import { HASH_LABEL, type Role, type VersionTarget } from '../../model/version.js';
import type { Found } from '../router.js';

export type { TwoServicesConfig };

/** How long a product is given to take over a change where nothing tells, in seconds. */
export const DEFAULT_SETTLE_SECONDS = 5;

/** Everything that the parts of this router are asked about. */
export interface Scope {
  readonly config: TwoServicesConfig;
  readonly found: Found;
  readonly namespace: string;
  /** Empty where it is not known; of meaning only where Serin makes objects that nobody else owns. */
  readonly policy: string;
  /** Whether both versions are known to have no ready Pods. */
  readonly podless: boolean;
  /** The label by which Pods of versions are told apart. */
  readonly hashLabel: string;
}

/** Value of that label on the Pods of each version. */
export type Hashes = Readonly<Record<Role, string>>;

export const hashesOf = (versions: Readonly<Record<Role, Pick<VersionTarget, 'hash'>>>): Hashes => ({ stable: versions.stable.hash, canary: versions.canary.hash });

/** @param versions where they are known */
export function scopeOf(config: TwoServicesConfig, found: Found, { namespace, policy, versions }: { readonly namespace: string; readonly policy?: string; readonly versions?: Partial<Record<Role, Pick<VersionTarget, 'hashLabel'> & Partial<Pick<VersionTarget, 'readyPods'>>>> | undefined }): Scope {
  return { config, found, namespace, policy: policy ?? '', podless: versions?.stable?.readyPods === 0 && versions.canary?.readyPods === 0, hashLabel: versions?.stable?.hashLabel ?? versions?.canary?.hashLabel ?? HASH_LABEL };
}

/** The same for what knows ingress-nginx alone. */
export function nginxConfig({ annotationPrefix, settleSeconds }: TwoServicesConfig): IngressNginxConfig {
  return { ...(annotationPrefix === undefined ? {} : { annotationPrefix }), ...(settleSeconds === undefined ? {} : { settleSeconds }) };
}

/** A key as a part of a JSON pointer. */
export const pointerPart = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
