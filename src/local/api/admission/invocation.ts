import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from '../../../kubernetes/generated/admissionregistration-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { celValue } from '../../../schema/cel/value.js';
import { Authorizer, type RequestedResource } from './authorizer.js';
import type { PolicyBindings, PolicyCompiler } from './policy-expression.js';
import { parametersOf } from './parameters.js';
import { matchesResources } from './resource-match.js';
import { requestVariable, type AdmissionRequest } from './request.js';

interface PolicyLike extends KubernetesObject {
  spec?: {
    matchConstraints?: MatchResources;
    matchConditions?: MatchCondition[];
    variables?: Variable[];
    failurePolicy?: string;
    paramKind?: ParamKind;
  };
}

interface BindingLike extends KubernetesObject {
  spec?: { policyName?: string; matchResources?: MatchResources; paramRef?: ParamRef };
}

/** A policy that a request falls under by one of its bindings. */
export interface Invocation<P extends PolicyLike, B extends BindingLike> {
  readonly policy: P;
  readonly binding: B;
}

/** The policies a request falls under, by their names and those of the bindings; policies themselves fall under none. */
export function invocations<P extends PolicyLike, B extends BindingLike>(policies: readonly P[], bindings: readonly B[], request: AdmissionRequest): Invocation<P, B>[] {
  if (request.kind.resource.group === 'admissionregistration.k8s.io') return [];
  return [...policies]
    .sort(byName)
    .filter(({ spec }) => spec?.matchConstraints !== undefined && matchesResources(spec.matchConstraints, request))
    .flatMap((policy) =>
      [...bindings]
        .sort(byName)
        .filter(({ spec }) => spec?.policyName === policy.metadata.name && matchesResources(spec.matchResources, request))
        .map((binding) => ({ policy, binding })),
    );
}

/** What a policy is to be asked with, by one of its bindings. @throws Error when that cannot be found */
export function parametersFor<P extends PolicyLike, B extends BindingLike>({ policy, binding }: Invocation<P, B>, { namespace, findParameters }: AdmissionRequest): (KubernetesObject | undefined)[] {
  return parametersOf(policy.spec?.paramKind, binding.spec?.paramRef, namespace, findParameters ?? (() => undefined));
}

/** What a policy's expressions see of a request. @param object in its present, perhaps already mutated form */
export function bindingsFor(
  policy: PolicyLike,
  request: AdmissionRequest,
  object: KubernetesObject | undefined,
  parameters: KubernetesObject | undefined,
  compiler: PolicyCompiler,
): PolicyBindings {
  const variables = {};
  const toCel = (value: unknown): unknown => celValue(value ?? null, undefined);
  const bindings: PolicyBindings = {
    object: toCel(object),
    oldObject: toCel(request.oldObject),
    request: toCel(requestVariable(request)),
    namespaceObject: toCel(request.namespaceObject),
    params: toCel(parameters),
    authorizer: new Authorizer(request.authorize ?? (() => ({ allowed: true, reason: '' })), requestedResource(request)),
    variables,
    jsonpatch: {},
  };
  for (const { name, expression } of policy.spec?.variables ?? []) {
    let value: { readonly of: unknown } | undefined;
    Object.defineProperty(variables, name, {
      enumerable: true,
      get: () => (value ??= { of: compiler.compile(expression)(bindings) }).of,
    });
  }
  return bindings;
}

function requestedResource({ kind, namespace = '', name, subresource = '' }: AdmissionRequest): RequestedResource {
  return { group: kind.resource.group, resource: kind.resource.plural, subresource, namespace, name };
}

/** Whether all match conditions hold; one that is false decides before one that fails. @throws Error when one fails */
export function conditionsHold(policy: PolicyLike, bindings: PolicyBindings, compiler: PolicyCompiler): boolean {
  const failures: string[] = [];
  for (const { expression } of policy.spec?.matchConditions ?? []) {
    try {
      if (compiler.compile(expression)(bindings) !== true) return false;
    } catch (error) {
      failures.push(`expression '${expression}' resulted in error: ${firstLine(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join(', '));
  return true;
}

/** The first line of an error: the rest of a CEL error draws the expression. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function byName(a: KubernetesObject, b: KubernetesObject): number {
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}
