import type { GroupEntry, ResourceEntry } from './catalogue.js';

/** All groups in one document, in the form of `apidiscovery.k8s.io`. */
export function aggregatedDiscovery(groups: readonly GroupEntry[], version: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map((each) => ({ version: each.version, resources: each.resources.map(resourceOf), freshness: 'Current' })),
    })),
  };
}

function resourceOf({ name, kind, namespaced, singular, verbs, shortNames, categories, subresources }: ResourceEntry): object {
  return {
    resource: name,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((each) => ({
            subresource: each.name,
            responseKind: { group: each.group ?? '', version: each.version ?? '', kind: each.kind ?? kind },
            verbs: each.verbs,
          })),
        }
      : {}),
  };
}
