import type { ApiRequest, Impersonation, Transport } from '../ports/transport.js';

/**
 * The headers that name somebody else, as kube-apiserver reads them: one `Impersonate-Group` a group (a value with a comma is one
 * group), keys of extras percent-encoded.
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
export function impersonationHeaders(who: Impersonation | undefined): Record<string, string | string[]> {
  if (who === undefined) return {};
  const extras = Object.entries(who.extra ?? {}).map(([key, values]) => [`impersonate-extra-${encodeURIComponent(key).toLowerCase()}`, [...values]] as const);
  return {
    'impersonate-user': who.user,
    ...(who.groups.length === 0 ? {} : { 'impersonate-group': [...who.groups] }),
    ...(who.uid === undefined ? {} : { 'impersonate-uid': who.uid }),
    ...Object.fromEntries(extras),
  };
}

/** All requests of a transport in the place of somebody else. */
export function impersonating(transport: Transport, who: Impersonation): Transport {
  const as = (request: ApiRequest): ApiRequest => ({ ...request, impersonate: who });
  return { request: (request) => transport.request(as(request)), stream: (request) => transport.stream(as(request)) };
}

/** All requests of a transport with a person's own bearer token. The transport must have no credentials of its own: no client certificate above all. */
export function withToken(transport: Transport, token: string): Transport {
  const as = (request: ApiRequest): ApiRequest => ({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } });
  return { request: (request) => transport.request(as(request)), stream: (request) => transport.stream(as(request)) };
}
