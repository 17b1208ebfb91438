import type { Stickiness } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import { cookieMatch } from './header-matches.js';
import type { BackendRef, Filter, HeaderMatch } from './objects.js';

/** Hash of each role's version. */
export type Hashes = Readonly<Record<Role, string>>;

const isSetCookie = ({ name }: { readonly name: string }): boolean => name.toLowerCase() === 'set-cookie';

/** Whether answers of a backend get a Set-Cookie already, beside which there is no room for ours. */
export function setsCookies({ filters = [] }: BackendRef): boolean {
  return filters.some(({ responseHeaderModifier: modifier }) => [...(modifier?.add ?? []), ...(modifier?.set ?? [])].some(isSetCookie));
}

/** The header by which a user who has met a version is known. */
export const staysWith = ({ cookie }: Stickiness, hash: string): HeaderMatch => cookieMatch([{ name: cookie, exact: hash }]);

/** A backendRef whose answers tell the browser which version it has met; beside the user's own header changes. */
export function withCookie(ref: BackendRef, { cookie, maxAgeSeconds }: Stickiness, hash: string): BackendRef {
  const entry = { name: 'Set-Cookie', value: `${cookie}=${hash}; Path=/; Max-Age=${maxAgeSeconds}; SameSite=Lax` };
  const filters = ref.filters ?? [];
  const index = filters.findIndex(({ type }) => type === 'ResponseHeaderModifier');
  const there = filters[index];
  if (!there) return { ...ref, filters: [...filters, { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [entry] } }] };
  const modifier = there.responseHeaderModifier ?? {};
  return { ...ref, filters: filters.with(index, { ...there, responseHeaderModifier: { ...modifier, add: [...(modifier.add ?? []), entry] } }) };
}

/** A backendRef without the cookie of ours; a rule is only claimed where users set none. */
export function withoutCookie(ref: BackendRef): BackendRef {
  if (!setsCookies(ref)) return ref;
  const filters = (ref.filters ?? []).flatMap((filter): Filter[] => {
    const { responseHeaderModifier: modifier } = filter;
    if (!modifier?.add?.some(isSetCookie)) return [filter];
    const { add, ...rest } = modifier;
    const left = add.filter((each) => !isSetCookie(each));
    const next = { ...rest, ...(left.length === 0 ? {} : { add: left }) };
    return Object.keys(next).length === 0 ? [] : [{ ...filter, responseHeaderModifier: next }];
  });
  const { filters: _filters, ...rest } = ref;
  return filters.length === 0 ? rest : { ...rest, filters };
}
