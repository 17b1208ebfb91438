import { updateManagedFields } from '../../../kubernetes/apply/apply.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import { invalidField } from '../../../kubernetes/field-errors.js';
import { isRecord } from '../../../kubernetes/json.js';
import { badRequestStatus, invalidStatus, methodNotAllowedStatus } from '../../../kubernetes/status.js';
import { REVIEWS } from '../discovery/catalogue.js';
import { fail, jsonAnswer, type Answer } from '../request/answer.js';
import { parseObjectBody } from '../request/body.js';
import type { ResourceTarget } from '../request/target.js';
import type { User, Users } from '../request/users.js';
import type { ServerContext } from '../server-context.js';
import { timestamp } from '../writes/identity.js';
import { isKnown } from './authorizer.js';

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
      return { metadata: {}, spec, status: tokenStatus(server.users, spec['token']) };
    case 'SelfSubjectRulesReview':
      return { metadata: {}, spec: {}, status: { resourceRules: ruleOf(user, 'resources'), nonResourceRules: ruleOf(user, 'urls'), incomplete: false } };
    case 'SelfSubjectAccessReview':
      refuse(attributeProblems(spec));
      return { metadata: {}, spec, status: { allowed: isKnown(user) } };
    default: {
      refuse([...attributeProblems(spec), ...subjectProblems(spec), ...namespaceProblems(spec, namespace)]);
      return { metadata: namespace === undefined ? {} : { namespace }, spec, status: { allowed: mayAct(server.users, spec) } };
    }
  }
}

function tokenStatus(users: Users, token: unknown): Fields {
  if (typeof token !== 'string' || token === '') return fail(badRequestStatus('token is required for TokenReview in authentication'));
  const user = users.get(token);
  return user === undefined ? { user: {}, error: 'invalid bearer token' } : { authenticated: true, user: userInfo(user), audiences: ['https://kubernetes.default.svc'] };
}

function userInfo({ username, uid, groups }: User): Fields {
  return { username, ...(uid === undefined ? {} : { uid }), groups };
}

function ruleOf(user: User, of: 'resources' | 'urls'): Fields[] {
  if (!isKnown(user)) return [];
  return of === 'resources' ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : [{ verbs: ['*'], nonResourceURLs: ['*'] }];
}

function mayAct(users: Users, { user, groups }: Fields): boolean {
  const named = Array.isArray(groups) ? groups.map(String) : [];
  return named.includes('system:masters') || [...users.values()].some(({ username }) => username === user);
}

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
