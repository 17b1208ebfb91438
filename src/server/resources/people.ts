import { serinResources } from '../../model/resources.js';
import type { Identity } from '../identity.js';
import type { Rights } from '../rights.js';
import type { Person } from './releases/asking.js';
import { creatable } from './visibility.js';

/** Somebody who is signed in, as far as approvals go. @param namespaces those in which something waits for people */
export async function personOf(rights: Rights, identity: Identity, namespaces: Iterable<string>): Promise<Person> {
  const mayApprove = await creatable(rights, identity, serinResources.approvals, namespaces);
  return { user: identity.user, groups: identity.groups, mayApprove };
}

/** The same for images. */
export async function imagePersonOf(rights: Rights, identity: Identity, namespaces: Iterable<string>): Promise<Person> {
  const mayApprove = await creatable(rights, identity, serinResources.imageApprovals, namespaces);
  return { user: identity.user, groups: identity.groups, mayApprove };
}
