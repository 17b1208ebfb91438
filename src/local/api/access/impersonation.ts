import type { Impersonation } from '../../../ports/transport.js';
import { badRequestStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';
import { anonymous, serviceAccountGroups, type User } from '../request/users.js';
import type { ResourceAttributes } from './attributes.js';
import type { Authorizer } from './authorizer.js';

const EXTRA = 'impersonate-extra-';
const AUTHENTICATION = 'authentication.k8s.io';

/**
 * The user that a request is made as: whoever it comes from, or whom they speak for, where they may.
 * @param known whom they speak for, where that is known better than from headers whose values were joined
 * @throws ApiFailure 400 for a group, uid or extra without a user; 403
 */
export function impersonated(authorizer: Authorizer, user: User, headers: Readonly<Record<string, string>>, known?: Impersonation): User {
  const { user: username, groups, uid = '', extra = {} } = known ?? impersonationIn(new Map(Object.entries(headers).map(([name, value]) => [name, listIn(value)])));
  const extras = Object.entries(extra);
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

/** Whom headers name, each with all its values: a group with a comma in its name is one group. The user is empty where they name none. */
export function impersonationIn(headers: ReadonlyMap<string, readonly string[]>): Impersonation {
  const extra = [...headers].flatMap(([name, values]) => (name.startsWith(EXTRA) ? [[extraKey(name), values] as const] : []));
  const uid = headers.get('impersonate-uid')?.[0] ?? '';
  return {
    user: headers.get('impersonate-user')?.[0] ?? '',
    groups: headers.get('impersonate-group') ?? [],
    ...(uid === '' ? {} : { uid }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

/** Everybody is in one of two groups. */
function withUsualGroup(username: string, groups: readonly string[]): string[] {
  const [stranger = ''] = anonymous.groups;
  if (username === anonymous.username) return groups.includes(stranger) ? [...groups] : [...groups, stranger];
  return groups.includes('system:authenticated') || groups.includes(stranger) ? [...groups] : [...groups, 'system:authenticated'];
}

/** Values of a header that was sent several times come in one. */
function listIn(header: string): string[] {
  return header.split(',').map((value) => value.trim()).filter((value) => value !== '');
}

function extraKey(header: string): string {
  const key = header.slice(EXTRA.length).toLowerCase();
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
