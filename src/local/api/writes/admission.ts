import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../kubernetes/generated/admissionregistration-v1.js';
import { cloneJson } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { AccessQuestion } from '../admission/authorizer.js';
import type { Admitted } from '../admission/admission.js';
import { podQuotaRefusal } from '../admission/pod-quota.js';
import type { AccessDecision } from '../access/authorizer.js';
import type { ParameterSource } from '../admission/parameters.js';
import type { AdmissionPolicies, AdmissionRequest } from '../admission/request.js';
import { fail } from '../request/answer.js';
import { serviceAccountGroups, userInfo, type User } from '../request/users.js';
import type { Call, ServerContext } from '../server-context.js';
import type { Transaction } from '../store.js';
import { kindContext } from './change.js';

const GROUP = 'admissionregistration.k8s.io';

/** One write on its way through the policies. */
export interface AdmissionStep {
  readonly server: ServerContext;
  readonly call: Call;
  readonly transaction: Transaction;
  readonly operation: AdmissionRequest['operation'];
  readonly object: KubernetesObject | undefined;
  readonly before: KubernetesObject | undefined;
  readonly dryRun: boolean;
}

/**
 * Lets mutating policies change an object.
 * @returns the object to go on with: the one given, or a changed copy with defaults filled in
 * @throws ApiFailure when a policy refuses
 */
export function mutated(step: AdmissionStep, object: KubernetesObject): KubernetesObject {
  const policies = policiesOf(step.transaction);
  if (policies.mutating.length === 0 || exempt(step.call)) return object;
  const result = accepted(step, step.server.admission.mutate(requestOf(step, policies)));
  if (result === undefined || result === object) return object;
  const own = cloneJson(result);
  step.call.served.kind.applyDefaults(own);
  return own;
}

/** @throws ApiFailure when a validating policy or a quota refuses */
export function admit(step: AdmissionStep): void {
  if (exempt(step.call)) return;
  const policies = policiesOf(step.transaction);
  if (policies.validating.length > 0) accepted(step, step.server.admission.validate(requestOf(step, policies)));
  if (step.operation === 'CREATE' && step.call.served.collection === '/pods' && step.object !== undefined) {
    const refusal = podQuotaRefusal(step.object, kindContext(step.server, step.transaction));
    if (refusal !== undefined) fail(refusal);
  }
}

/** Policies are not held to policies: a bad one could never be taken away. */
function exempt({ served }: Call): boolean {
  return served.kind.resource.group === GROUP;
}

function accepted({ call }: AdmissionStep, result: Admitted): KubernetesObject | undefined {
  if (result.refused !== undefined) return fail(result.refused);
  call.warnings.push(...result.warnings);
  return result.object;
}

function requestOf({ server, call, transaction, operation, object, before, dryRun }: AdmissionStep, policies: AdmissionPolicies): AdmissionRequest {
  const { namespace, subresource, served, user } = call;
  const namespaceObject = namespace === undefined ? undefined : transaction.get('/namespaces', namespace)?.object;
  return {
    operation,
    kind: served.kind,
    name: call.name ?? object?.metadata.name ?? '',
    user: userInfo(user),
    authorize: (question) => authorized(server, user, question),
    findParameters: (paramKind) => parameterSource(server, transaction, paramKind),
    dryRun,
    policies,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(object === undefined ? {} : { object }),
    ...(before === undefined ? {} : { oldObject: before }),
    ...(namespaceObject === undefined ? {} : { namespaceObject }),
    ...(served.schema === undefined ? {} : { schema: served.schema }),
  };
}

/** Answers what an expression asks about access: of whoever makes the request, or of a ServiceAccount that it names. */
function authorized({ authorizer }: ServerContext, user: User, question: AccessQuestion): AccessDecision {
  const { account, verb, path, group = '', resource = '', subresource = '', namespace = '', name = '' } = question;
  const who = account === undefined ? user : { username: `system:serviceaccount:${account.namespace}:${account.name}`, groups: [...serviceAccountGroups(account.namespace), 'system:authenticated'] };
  if (path !== undefined) return authorizer.decide(who, { verb, path });
  const given = Object.entries({ subresource, namespace, name }).filter(([, value]) => value !== '');
  return authorizer.decide(who, { verb, group, resource, ...Object.fromEntries(given) });
}

function parameterSource({ kinds }: ServerContext, transaction: Transaction, { apiVersion, kind }: ParamKind): ParameterSource | undefined {
  const served = kinds.all().find((each) => each.apiVersion === apiVersion && each.kind.resource.kind === kind);
  if (served === undefined) return undefined;
  const list = (namespace?: string): KubernetesObject[] => transaction.list(served.collection, namespace === undefined ? '' : `${namespace}/`).map(({ object }) => object);
  return { namespaced: served.kind.resource.namespaced, list };
}

function policiesOf(transaction: Transaction): AdmissionPolicies {
  const all = <T extends KubernetesObject>(plural: string): T[] => transaction.list(`${GROUP}/${plural}`).map(({ object }) => object as T);
  return {
    mutating: all<MutatingAdmissionPolicy>('mutatingadmissionpolicies'),
    mutatingBindings: all<MutatingAdmissionPolicyBinding>('mutatingadmissionpolicybindings'),
    validating: all<ValidatingAdmissionPolicy>('validatingadmissionpolicies'),
    validatingBindings: all<ValidatingAdmissionPolicyBinding>('validatingadmissionpolicybindings'),
  };
}
