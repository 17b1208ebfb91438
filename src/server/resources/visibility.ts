import type { Identity } from '../identity.js';
import { forbidden, notFound } from '../errors.js';
import type { Rights } from '../rights.js';

interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

/** In which of these namespaces a person may read a resource. @param namespaces those that matter */
export async function readable(rights: Rights, identity: Identity, resource: ResourceName, namespaces: Iterable<string>): Promise<(namespace: string) => boolean> {
  return allowedIn(rights, identity, 'list', resource, namespaces);
}

/** In which of these namespaces a person may make objects of a resource. */
export async function creatable(rights: Rights, identity: Identity, resource: ResourceName, namespaces: Iterable<string>): Promise<(namespace: string) => boolean> {
  return allowedIn(rights, identity, 'create', resource, namespaces);
}

async function allowedIn(rights: Rights, identity: Identity, verb: 'list' | 'create', resource: ResourceName, namespaces: Iterable<string>): Promise<(namespace: string) => boolean> {
  const asked = [...new Set(namespaces)];
  if (asked.length === 0) return () => false;
  if (await rights.may(identity, { verb, resource })) return () => true;
  const answers = await Promise.all(asked.map((namespace) => rights.may(identity, { verb, resource, namespace })));
  const allowed = new Set(asked.filter((_, index) => answers[index]));
  return (namespace) => allowed.has(namespace);
}

/** @throws HttpError 403 where a person may not read a resource of a namespace */
export async function requireReadable(rights: Rights, identity: Identity, resource: ResourceName & { readonly kind: string }, namespace: string): Promise<void> {
  const may = await readable(rights, identity, resource, [namespace]);
  if (!may(namespace)) throw forbidden(`You (${identity.user}) may not see ${resource.plural}.${resource.group} of namespace ${namespace}: ask its administrator for the right to list them.`);
}

/** A 404 in the words of people. */
export const missing = (kind: string, namespace: string, name: string) => notFound(`There is no ${kind} ${name} in namespace ${namespace}: it may have been deleted; see the list.`);
