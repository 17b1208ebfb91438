import { badRequestStatus, internalErrorStatus, unknownPathStatus } from '../../kubernetes/status.js';
import type { ApiRequest } from '../../ports/transport.js';
import { resourceAttributes } from './access/attributes.js';
import { impersonated } from './access/impersonation.js';
import { reviewAnswer } from './access/reviews.js';
import { ProtobufError } from './decoding/protobuf-objects.js';
import { REVIEWS } from './discovery/catalogue.js';
import { discoveryAnswer } from './discovery/documents.js';
import { ApiFailure, fail, failureAnswer, textAnswer, type Answer } from './request/answer.js';
import { bodyBytes, PROTOBUF_TYPE } from './request/body-text.js';
import { excerpt, mediaType } from './request/body.js';
import { parseTarget, type ResourceTarget } from './request/target.js';
import { metricAnswer } from './measured/metric-values.js';
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
  const sent = { ...given, user: impersonated(server.authorizer, given.user, given.headers ?? {}, given.impersonate) };
  const query = sent.query ?? new URLSearchParams();
  const target = parseTarget(sent.path);
  server.authorizer.require(sent.user, target === undefined ? { verb: sent.method.toLowerCase(), path: sent.path } : resourceAttributes(sent.method, query, target));
  const document = discoveryAnswer(server, sent.path, query, sent.headers ?? {});
  if (document !== undefined) return document;
  if (target === undefined) return textAnswer(404, '404 page not found\n');
  const request = withJsonBody(server, sent, target);
  const { user, method, body = '', headers = {} } = request;
  const review = reviewAnswer(server, target, { user, method, body, contentType: headers['content-type'], userAgent: managerOf(headers['user-agent']) });
  if (review !== undefined) return review;
  const values = await metricAnswer(server, target, { method: method === 'HEAD' ? 'GET' : method, query, body, contentType: headers['content-type'] });
  if (values !== undefined) return values;
  const call = callOf(server, request, target, warnings);
  if (call === undefined) return textAnswer(404, '404 page not found\n');
  if (call.served.deprecationWarning !== undefined) warnings.push(call.served.deprecationWarning);
  return dispatch(server, call);
}

/**
 * Bodies in protobuf become JSON at the door; custom kinds take none.
 * @throws ApiFailure 400
 */
function withJsonBody(server: ServerContext, request: UserRequest, target: ResourceTarget): UserRequest {
  const { headers = {}, body = '' } = request;
  if (mediaType(headers['content-type']) !== PROTOBUF_TYPE || body === '') return request;
  const kind = kindOf(server, target);
  if (kind === undefined) return request;
  try {
    const object = server.protobuf.decode(bodyBytes(body));
    return { ...request, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(object) };
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    return fail(badRequestStatus(`the object provided is unrecognized (must be of type ${kind}): ${error.message} (${excerpt(body, 'latin1')})`));
  }
}

/** The kind that a path takes, if it is one of ours. */
function kindOf(server: ServerContext, { group, version, plural }: ResourceTarget): string | undefined {
  const served = server.kinds.find(group, version, plural);
  if (served !== undefined) return served.custom ? undefined : served.kind.resource.kind;
  return REVIEWS.find((review) => review.group === group && review.version === version && review.plural === plural)?.kind;
}

function callOf(server: ServerContext, request: UserRequest, target: ResourceTarget, warnings: string[]): Call | undefined {
  const served = server.kinds.find(target.group, target.version, target.plural);
  if (served === undefined) return server.kinds.hasVersion(target.group, target.version) ? fail(unknownPathStatus()) : undefined;
  if (target.namespace !== undefined && !served.kind.resource.namespaced) return fail(unknownPathStatus());
  return {
    user: request.user,
    method: request.method === 'HEAD' ? 'GET' : request.method,
    served: server.kinds.storedAs(served),
    shown: served,
    namespace: target.namespace,
    name: target.name,
    subresource: target.subresource,
    rest: target.rest,
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
