import { badRequestStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';
import { anonymous, serviceAccountGroups, type User } from '../request/users.js';
import type { ResourceAttributes } from './attributes.js';
import type { Authorizer } from './authorizer.js';

const EXTRA = 'impersonate-extra-';
const AUTHENTICATION = 'authentication.k8s.io';

/**
 * The user that a request is made as: whoever it comes from, or whom they speak for, where they may.
 * @throws ApiFailure 400 for a group, uid or extra without a user; 403
 */
export function impersonated(authorizer: Authorizer, user: User, headers: Readonly<Record<string, string>>): User {
  const username = headers['impersonate-user'] ?? '';
  const groups = listIn(headers['impersonate-group']);
  const uid = headers['impersonate-uid'] ?? '';
  const extras = Object.entries(headers).flatMap(([name, values]) => (name.startsWith(EXTRA) ? [[extraKey(name), listIn(values)] as const] : []));
  if (username === '') {
    if (groups.length + extras.length === 0 && uid === '') return user;
    return fail(badRequestStatus(`requested ${JSON.stringify([...groups, ...extras.map(([key]) => key), ...(uid === '' ? [] : [uid])])} without impersonating a user`));
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  const [, namespace, name] = account ?? [];
  const asked = namespace !== undefined && name !== undefined ? { group: '', resource: 'serviceaccounts', namespace, name } : { group: '', resource: 'users', name: username };
  const all: Omit<ResourceAttributes, 'verb'>[] = [
    asked,
    ...groups.map((group) => ({ group: '', resource: 'groups', name: group })),
    ...extras.flatMap(([key, values]) => values.map((value) => ({ group: AUTHENTICATION, resource: 'userextras', subresource: key, name: value }))),
    ...(uid === '' ? [] : [{ group: AUTHENTICATION, resource: 'uids', name: uid }]),
  ];
  for (const each of all) authorizer.require(user, { verb: 'impersonate', ...each });
  const own = groups.length === 0 && namespace !== undefined ? serviceAccountGroups(namespace) : groups;
  return {
    username,
    groups: withUsualGroup(username, own),
    ...(uid === '' ? {} : { uid }),
    ...(extras.length === 0 ? {} : { extra: Object.fromEntries(extras) }),
  };
}

/** Everybody is in one of two groups. */
function withUsualGroup(username: string, groups: readonly string[]): string[] {
  const [stranger = ''] = anonymous.groups;
  if (username === anonymous.username) return groups.includes(stranger) ? [...groups] : [...groups, stranger];
  return groups.includes('system:authenticated') || groups.includes(stranger) ? [...groups] : [...groups, 'system:authenticated'];
}

/** Values of a header that was sent several times come in one. */
function listIn(header: string | undefined): string[] {
  return (header ?? '').split(',').map((value) => value.trim()).filter((value) => value !== '');
}

function extraKey(header: string): string {
  const key = header.slice(EXTRA.length).toLowerCase();
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
