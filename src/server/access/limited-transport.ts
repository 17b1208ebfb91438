import type { ApiRequest, Transport } from '../../ports/transport.js';
import type { AllowedDeeds, ApiVerb } from './impersonated-deeds.js';

/** A transport that carries these deeds and no others. Whatever else is asked throws an Error before anything is sent: it is a fault of whoever asks. */
export function limited(transport: Transport, allowed: readonly AllowedDeeds[]): Transport {
  const known = new Set(allowed.flatMap(({ group, plural, verbs }) => verbs.map((verb) => keyOf(verb, group, plural))));
  const checked = (request: ApiRequest): ApiRequest => {
    const deed = deedOf(request);
    if (deed !== undefined && known.has(deed)) return request;
    throw new Error(`${request.method} ${request.path} is nothing that this server asks in the place of somebody else: a route that needs it adds it to impersonatedDeeds (src/server/access/impersonated-deeds.ts).`);
  };
  return {
    request: async (request) => transport.request(checked(request)),
    stream: async (request) => transport.stream(checked(request)),
  };
}

/** A verb, a group and a plural as one text. */
const keyOf = (verb: ApiVerb, group: string, plural: string): string => `${verb} ${plural}.${group}`;

/** What a request does to objects of which resource; undefined for paths that are none of a resource, or of a subresource. */
function deedOf({ method, path, query }: ApiRequest): string | undefined {
  const [root, ...rest] = path.split('/').slice(1);
  // An empty or dotted part may be taken for another path by whoever reads it next.
  if (rest.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  const group = root === 'api' ? '' : root === 'apis' ? rest.shift() : undefined;
  const [version, ...place] = rest;
  if (group === undefined || version === undefined) return undefined;
  const [plural, name, subresource] = place[0] === 'namespaces' && place.length > 2 ? place.slice(2) : place;
  const verb = verbOf(method, name !== undefined, query?.get('watch') ?? undefined);
  return plural === undefined || subresource !== undefined || verb === undefined ? undefined : keyOf(verb, group, plural);
}

function verbOf(method: ApiRequest['method'], named: boolean, watch: string | undefined): ApiVerb | undefined {
  switch (method) {
    case 'GET':
      return watch !== undefined ? 'watch' : named ? 'get' : 'list';
    case 'POST':
      return named ? undefined : 'create';
    case 'PUT':
      return named ? 'update' : undefined;
    case 'PATCH':
      return named ? 'patch' : undefined;
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    case 'HEAD':
      return undefined;
  }
}
