import type { Resource } from '../kubernetes/objects.js';
import type { Release } from './release.js';
import type { ReleasePolicy } from './release-policy.js';

export const GROUP = 'serin.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Serin's own resources. */
export const serinResources = {
  releasePolicies: { group: GROUP, version: VERSION, kind: 'ReleasePolicy', plural: 'releasepolicies', namespaced: true } satisfies Resource as Resource<ReleasePolicy>,
  releases: { group: GROUP, version: VERSION, kind: 'Release', plural: 'releases', namespaced: true } satisfies Resource as Resource<Release>,
} as const;

/** On a Deployment at rest, and on everything that Serin makes: the policy's name. */
export const POLICY_LABEL = 'serin.dev/policy';
/** Keeps a release or policy until what it borrowed has been given back. */
export const FINALIZER = 'serin.dev/give-back';
/** On routing objects while a release steers them: the epoch of the controller that wrote last. */
export const EPOCH_ANNOTATION = 'serin.dev/epoch';
/** On everything that Serin makes. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'serin' } as const;
