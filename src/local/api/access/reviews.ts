import { updateManagedFields } from '../../../kubernetes/apply/apply.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import { invalidField } from '../../../kubernetes/field-errors.js';
import { isRecord } from '../../../kubernetes/json.js';
import { badRequestStatus, invalidStatus, methodNotAllowedStatus } from '../../../kubernetes/status.js';
import { REVIEWS } from '../discovery/catalogue.js';
import { fail, jsonAnswer, type Answer } from '../request/answer.js';
import { parseObjectBody } from '../request/body.js';
import type { ResourceTarget } from '../request/target.js';
import { userInfo, type User } from '../request/users.js';
import type { ServerContext } from '../server-context.js';
import { timestamp } from '../writes/identity.js';
import type { Attributes } from './attributes.js';
import { API_AUDIENCE } from './service-account-token.js';

type Fields = Record<string, unknown>;

/** A question that is asked by creating an object which is never stored. */
export interface ReviewRequest {
  readonly user: User;
  readonly method: string;
  readonly body: string;
  readonly contentType: string | undefined;
  /** Who is named as the writer. */
  readonly userAgent: string;
}

/** @returns undefined for a target that is no review */
export function reviewAnswer(server: ServerContext, target: ResourceTarget, request: ReviewRequest): Answer | undefined {
  const review = REVIEWS.find(({ group, version, plural }) => group === target.group && version === target.version && plural === target.plural);
  if (review === undefined) return undefined;
  if (request.method !== 'POST' || target.name !== undefined) return fail(methodNotAllowedStatus());
  const content = parseObjectBody(request.body, request.contentType, review.kind);
  const spec: Fields = isRecord(content) && isRecord(content['spec']) ? content['spec'] : {};
  const head = { kind: review.kind, apiVersion: `${review.group}/${review.version}` };
  const answer = { ...head, ...answerOf(server, review.kind, spec, target.namespace, request.user) };
  return jsonAnswer(201, review.kind.startsWith('SelfSubjectR') ? answer : withWriter(server, review, answer, request));
}

/** Reviews name their writer like any other object. */
function withWriter(server: ServerContext, { group, version, kind }: (typeof REVIEWS)[number], answer: Fields, { userAgent }: ReviewRequest): Fields {
  const name = `io.k8s.api.${group.replace('.k8s.io', '')}.${version}.${kind}`;
  const schema = server.schemas.document.schema(name);
  if (schema === undefined) return answer;
  const { status, ...asked } = answer;
  const now = timestamp(server.clock.now());
  const written = updateManagedFields(undefined, { kind, apiVersion: `${group}/${version}`, metadata: { name: '' }, ...asked }, { schema, builtIn: true, manager: userAgent, now });
  const { name: _name, ...metadata } = written.metadata;
  return { ...written, metadata, status };
}

function answerOf(server: ServerContext, kind: string, spec: Fields, namespace: string | undefined, user: User): Fields {
  switch (kind) {
    case 'SelfSubjectReview':
      return { metadata: { creationTimestamp: timestamp(server.clock.now()) }, status: { userInfo: userInfo(user) } };
    case 'TokenReview':
      return { metadata: {}, spec, status: tokenStatus(server, spec) };
    case 'SelfSubjectRulesReview':
      if (typeof spec['namespace'] !== 'string' || spec['namespace'] === '') return fail(badRequestStatus('no namespace on request'));
      return { metadata: {}, spec: {}, status: rulesStatus(server, user, spec['namespace']) };
    case 'SelfSubjectAccessReview':
      refuse(attributeProblems(spec));
      return { metadata: {}, spec, status: accessStatus(server, user, spec) };
    default: {
      refuse([...attributeProblems(spec), ...subjectProblems(spec), ...namespaceProblems(spec, namespace)]);
      return { metadata: namespace === undefined ? {} : { namespace }, spec, status: accessStatus(server, subjectOf(spec), spec) };
    }
  }
}

function tokenStatus({ authentication }: ServerContext, { token, audiences }: Fields): Fields {
  if (typeof token !== 'string' || token === '') return fail(badRequestStatus('token is required for TokenReview in authentication'));
  const found = authentication.identify(token, textsOf(audiences).length === 0 ? [API_AUDIENCE] : textsOf(audiences));
  return found === undefined ? { user: {}, error: 'invalid bearer token' } : { authenticated: true, user: userInfo(found.user), audiences: found.audiences };
}

function accessStatus({ authorizer }: ServerContext, user: User, spec: Fields): Fields {
  const { allowed, reason } = authorizer.decide(user, attributesIn(spec));
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function rulesStatus({ authorizer }: ServerContext, user: User, namespace: string): Fields {
  const { rules, problems } = authorizer.roles.rulesOf(user, namespace);
  const all = rules.map(({ rule }) => rule);
  return {
    resourceRules: all.flatMap(({ verbs, apiGroups, resources, resourceNames }) => {
      if ((resources ?? []).length === 0) return [];
      return [{ verbs, apiGroups, resources, ...((resourceNames ?? []).length === 0 ? {} : { resourceNames }) }];
    }),
    nonResourceRules: all.flatMap(({ verbs, nonResourceURLs }) => ((nonResourceURLs ?? []).length === 0 ? [] : [{ verbs, nonResourceURLs }])),
    incomplete: problems.length > 0,
    ...(problems.length === 0 ? {} : { evaluationError: problems.join(', ') }),
  };
}

function attributesIn({ resourceAttributes: resource, nonResourceAttributes: other }: Fields): Attributes {
  const text = (fields: Fields, field: string): string => (typeof fields[field] === 'string' ? fields[field] : '');
  if (isRecord(other)) return { verb: text(other, 'verb'), path: text(other, 'path') };
  const asked = isRecord(resource) ? resource : {};
  const places = ['subresource', 'namespace', 'name'].flatMap((field) => (text(asked, field) === '' ? [] : [[field, text(asked, field)] as const]));
  return { verb: text(asked, 'verb'), group: text(asked, 'group'), resource: text(asked, 'resource'), ...Object.fromEntries(places) };
}

function subjectOf({ user, groups }: Fields): User {
  return { username: typeof user === 'string' ? user : '', groups: textsOf(groups) };
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function attributeProblems({ resourceAttributes, nonResourceAttributes }: Fields): FieldError[] {
  if ((resourceAttributes === undefined) !== (nonResourceAttributes === undefined)) return [];
  return [invalidField('spec.resourceAttributes', resourceAttributes ?? null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')];
}

function subjectProblems({ user, groups }: Fields): FieldError[] {
  if ((typeof user === 'string' && user !== '') || (Array.isArray(groups) && groups.length > 0)) return [];
  return [invalidField('spec.user', '', 'at least one of user or group must be specified')];
}

function namespaceProblems({ resourceAttributes }: Fields, namespace: string | undefined): FieldError[] {
  const asked = isRecord(resourceAttributes) ? resourceAttributes['namespace'] : undefined;
  if (namespace === undefined || asked === undefined || asked === namespace) return [];
  return [invalidField('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')];
}

function refuse(problems: readonly FieldError[]): void {
  if (problems.length > 0) fail(invalidStatus({ group: 'authorization.k8s.io', kind: '' }, '', problems));
}
