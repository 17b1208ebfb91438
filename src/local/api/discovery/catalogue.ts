import type { KindRegistry, ServedKind } from '../kind-registry.js';
import { compareVersions } from '../definitions/custom-kind.js';

/** One subresource as discovery lists it. */
export interface SubresourceEntry {
  readonly name: string;
  readonly verbs: readonly string[];
  /** Where it is of another kind than its resource. */
  readonly kind?: string;
  readonly group?: string;
  readonly version?: string;
}

/** A resource as discovery lists it: a served kind, or one that only answers questions. */
export interface ResourceEntry {
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly SubresourceEntry[];
}

/** One version of a group. */
export interface VersionEntry {
  readonly version: string;
  readonly resources: readonly ResourceEntry[];
}

/** A group, preferred version first. */
export interface GroupEntry {
  readonly name: string;
  readonly versions: readonly VersionEntry[];
}

/** The groups of the real server, in its order; others follow in order of their names. */
const GROUP_ORDER = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** Custom resources list them in another order. */
const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const READ_WRITE = ['get', 'patch', 'update'];
const POD_SUBRESOURCES: readonly SubresourceEntry[] = [
  { name: 'binding', verbs: ['create'], kind: 'Binding' },
  { name: 'eviction', verbs: ['create'], kind: 'Eviction', group: 'policy', version: 'v1' },
  { name: 'log', verbs: ['get'] },
  { name: 'portforward', verbs: ['create', 'get'], kind: 'PodPortForwardOptions' },
  { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'PodProxyOptions' },
];
const ACCOUNT_SUBRESOURCES: readonly SubresourceEntry[] = [{ name: 'token', verbs: ['create'], kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1' }];

/** Resources that are only created, to ask something. */
export const REVIEWS: readonly { group: string; version: string; kind: string; plural: string; namespaced: boolean }[] = [
  { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false },
  { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview', plural: 'tokenreviews', namespaced: false },
  { group: 'authorization.k8s.io', version: 'v1', kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews', namespaced: true },
  { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', namespaced: false },
  { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', namespaced: false },
  { group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', namespaced: false },
];

/** All that is served now, by group and version. @param others groups beside those of kinds */
export function catalogue(kinds: KindRegistry, others: readonly GroupEntry[] = []): GroupEntry[] {
  const groups = new Map<string, Map<string, ResourceEntry[]>>();
  const place = (group: string, version: string): ResourceEntry[] => {
    const versions = groups.get(group) ?? new Map<string, ResourceEntry[]>();
    groups.set(group, versions);
    const resources = versions.get(version) ?? [];
    versions.set(version, resources);
    return resources;
  };
  for (const served of kinds.all()) place(served.kind.resource.group, served.version).push(entryOf(served));
  for (const { group, version, kind, plural, namespaced } of REVIEWS) {
    place(group, version).push({ name: plural, singular: kind.toLowerCase(), kind, namespaced, verbs: ['create'], shortNames: [], categories: [], subresources: [] });
  }
  const own = [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions]
      .sort(([a], [b]) => compareVersions(a, b))
      .map(([version, resources]) => ({ version, resources: resources.sort((a, b) => (a.name < b.name ? -1 : 1)) })),
  }));
  return [...own, ...others].sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

function rank(group: string): number {
  const index = GROUP_ORDER.indexOf(group);
  return index === -1 ? GROUP_ORDER.length : index;
}

function entryOf({ kind, collection, custom }: ServedKind): ResourceEntry {
  const { resource, singular, shortNames, categories, subresources } = kind;
  const own: SubresourceEntry[] = [];
  if (collection === '/pods') own.push(...POD_SUBRESOURCES);
  if (collection === '/serviceaccounts') own.push(...ACCOUNT_SUBRESOURCES);
  if (collection === '/namespaces') own.push({ name: 'finalize', verbs: ['update'] });
  if (custom && subresources.status) own.push({ name: 'status', verbs: READ_WRITE });
  if (subresources.scale !== undefined) own.push({ name: 'scale', verbs: READ_WRITE, kind: 'Scale', group: 'autoscaling', version: 'v1' });
  if (!custom && subresources.status) own.push({ name: 'status', verbs: READ_WRITE });
  const verbs = custom ? CUSTOM_VERBS : collection === '/namespaces' ? VERBS.filter((verb) => verb !== 'deletecollection') : VERBS;
  return { name: resource.plural, singular, kind: resource.kind, namespaced: resource.namespaced, verbs, shortNames, categories, subresources: own };
}
