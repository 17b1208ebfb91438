import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import type { ApiRequest } from '../../ports/transport.js';

/** Plurals of all kinds that Serin works with: there are no more values of the label. */
const KNOWN: ReadonlySet<string> = new Set([...Object.values(resources), ...Object.values(serinResources)].map(({ plural }) => plural));

/** What a request asks for, in the API server's words for verbs. */
export function requestKind({ method, path, query, headers }: Pick<ApiRequest, 'method' | 'path' | 'query' | 'headers'>): { readonly verb: string; readonly resource: string } {
  const parts = path.split('/').filter((part) => part !== '');
  // /api/v1/… or /apis/group/version/…
  const [first, second, ...rest] = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : [];
  const [plural = '', name] = first === 'namespaces' && rest.length > 0 ? rest : [first, second];
  const resource = KNOWN.has(plural) ? plural : 'other';
  return { verb: verbOf(method, name !== undefined || resource === 'other', query, headers), resource };
}

function verbOf(method: ApiRequest['method'], named: boolean, query: URLSearchParams | undefined, headers: ApiRequest['headers']): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return query?.get('watch') === 'true' ? 'watch' : named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return headers?.['content-type']?.startsWith('application/apply-patch') === true ? 'apply' : 'patch';
    case 'DELETE':
      return 'delete';
  }
}
