import { forbiddenStatus, internalErrorStatus, unknownPathStatus } from '../../kubernetes/status.js';
import type { ApiRequest } from '../../ports/transport.js';
import { isKnown, isOpenPath, refusalOf } from './access/authorizer.js';
import { reviewAnswer } from './access/reviews.js';
import { isTrue } from './verbs/watch.js';
import { discoveryAnswer } from './discovery/documents.js';
import { ApiFailure, fail, failureAnswer, textAnswer, type Answer } from './request/answer.js';
import { parseTarget, type ResourceTarget } from './request/target.js';
import type { User } from './request/users.js';
import type { Call, ServerContext } from './server-context.js';
import { managerOf } from './writes/write-options.js';
import { dispatch } from './verbs/dispatch.js';

/** A request and who makes it. */
export type UserRequest = ApiRequest & { readonly user: User };

/** Answers a request; never throws for what a client does. */
export type Handler = (request: UserRequest) => Promise<Answer>;

/** Makes the function that answers every request. */
export function createHandler(server: ServerContext): Handler {
  return async (request) => {
    const warnings: string[] = [];
    try {
      return withWarnings(await answer(server, request, warnings), warnings);
    } catch (error) {
      if (error instanceof ApiFailure) return withWarnings(failureAnswer(error.status, error.headers), warnings);
      return failureAnswer(internalErrorStatus(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    }
  };
}

async function answer(server: ServerContext, given: UserRequest, warnings: string[]): Promise<Answer> {
  const request = { ...given, user: impersonated(given) };
  const query = request.query ?? new URLSearchParams();
  if (!isKnown(request.user)) refuseStranger(request, query);
  const document = discoveryAnswer(server, request.path, query, request.headers ?? {});
  if (document !== undefined) return document;
  const target = parseTarget(request.path);
  if (target === undefined) return textAnswer(404, '404 page not found\n');
  const { user, method, body = '', headers = {} } = request;
  const review = reviewAnswer(server, target, { user, method, body, contentType: headers['content-type'], userAgent: managerOf(headers['user-agent']) });
  if (review !== undefined) return review;
  const call = callOf(server, request, target, warnings);
  if (call === undefined) return textAnswer(404, '404 page not found\n');
  if (call.served.deprecationWarning !== undefined) warnings.push(call.served.deprecationWarning);
  return dispatch(server, call);
}

/** An administrator may speak for others. */
function impersonated({ user, headers = {} }: UserRequest): User {
  const username = headers['impersonate-user'];
  if (username === undefined || !user.groups.includes('system:masters')) return user;
  const groups = (headers['impersonate-group'] ?? '').split(',').map((group) => group.trim()).filter((group) => group !== '');
  return { username, groups: [...groups, 'system:authenticated'] };
}

/** @throws ApiFailure 403 for everything but the few paths that are open */
function refuseStranger({ user, method, path }: UserRequest, query: URLSearchParams): void {
  if (isOpenPath(path)) return;
  const target = parseTarget(path);
  if (target === undefined) {
    const why = `forbidden: User ${JSON.stringify(user.username)} cannot ${method.toLowerCase()} path ${JSON.stringify(path)}`;
    return fail({ ...forbiddenStatus({ group: '', plural: '', kind: '' }, '', ''), message: why, details: {} });
  }
  const resource = { group: target.group, plural: target.plural, kind: '' };
  fail(forbiddenStatus(resource, target.name ?? '', refusalOf(user, method, isTrue(query.get('watch') ?? 'false'), target)));
}

function callOf(server: ServerContext, request: UserRequest, target: ResourceTarget, warnings: string[]): Call | undefined {
  const served = server.kinds.find(target.group, target.version, target.plural);
  if (served === undefined) return server.kinds.hasVersion(target.group, target.version) ? fail(unknownPathStatus()) : undefined;
  if (target.namespace !== undefined && !served.kind.resource.namespaced) return fail(unknownPathStatus());
  return {
    user: request.user,
    method: request.method === 'HEAD' ? 'GET' : request.method,
    served,
    namespace: target.namespace,
    name: target.name,
    subresource: target.subresource,
    deprecatedWatch: target.deprecatedWatch ?? false,
    query: request.query ?? new URLSearchParams(),
    headers: request.headers ?? {},
    body: request.body ?? '',
    signal: request.signal,
    warnings,
  };
}

function withWarnings(answer: Answer, warnings: readonly string[]): Answer {
  if (warnings.length === 0) return answer;
  const warning = warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
  return { ...answer, headers: { ...answer.headers, warning } };
}
