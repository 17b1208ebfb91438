import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from '../../../kubernetes/generated/admissionregistration-v1.js';
import { merged } from '../../../kubernetes/apply/merged.js';
import { cloneJson, deepEqual, isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { applyJsonPatch } from '../../../kubernetes/patch/json-patch.js';
import type { FailureStatus } from '../../../kubernetes/status.js';
import type { StructuralSchema } from '../../../schema/structural.js';
import { schemaOfKey } from '../../../schema/structural.js';
import { fromCel } from './plain-value.js';
import { bindingsFor, conditionsHold, firstLine, invocations, parametersFor, type Invocation } from './invocation.js';
import { patchFailure } from './json-patch-failure.js';
import type { PolicyCompiler } from './policy-expression.js';
import { mutationRefused } from './refusal.js';
import type { AdmissionRequest } from './request.js';

type MutatingInvocation = Invocation<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;

/** What the mutating policies make of an object, or why one of them could not. */
export function mutate(request: AdmissionRequest, compiler: PolicyCompiler): { object: KubernetesObject | undefined } | { refused: FailureStatus } {
  if (request.object === undefined) return { object: undefined };
  const { mutating, mutatingBindings } = request.policies;
  const due = invocations(mutating, mutatingBindings, request);
  let object = request.object;
  const outputs = new Map<MutatingInvocation, KubernetesObject>();
  for (const round of ['first', 'again'] as const) {
    for (const invocation of due) {
      // A second time only what asks for it, and only when another policy has changed the object since.
      const output = outputs.get(invocation);
      if (round === 'again') {
        if (invocation.policy.spec?.reinvocationPolicy !== 'IfNeeded' || output === undefined || deepEqual(output, object)) continue;
      }
      const result = invoke(invocation, request, object, compiler);
      if ('refused' in result) return result;
      if (result.object !== undefined) {
        object = result.object;
        outputs.set(invocation, object);
      }
    }
  }
  return { object };
}

/** Once for each of the parameters: each sees what those before it made, and fails by itself. */
function invoke(
  invocation: MutatingInvocation,
  request: AdmissionRequest,
  object: KubernetesObject,
  compiler: PolicyCompiler,
): { object?: KubernetesObject } | { refused: FailureStatus } {
  const { policy, binding } = invocation;
  let current = object;
  try {
    for (const parameters of parametersFor(invocation, request)) {
      try {
        current = mutatedBy(policy, parameters, request, current, compiler);
      } catch (error) {
        if (policy.spec?.failurePolicy !== 'Ignore') throw error;
      }
    }
  } catch (error) {
    if (policy.spec?.failurePolicy !== 'Ignore') return { refused: mutationRefused(request, policy, binding, firstLine(error)) };
  }
  return current === object ? {} : { object: current };
}

/** @throws Error when a condition or mutation fails; nothing is changed then */
function mutatedBy(policy: MutatingAdmissionPolicy, parameters: KubernetesObject | undefined, request: AdmissionRequest, object: KubernetesObject, compiler: PolicyCompiler): KubernetesObject {
  if (!conditionsHold(policy, bindingsFor(policy, request, object, parameters, compiler), compiler)) return object;
  let current = object;
  for (const mutation of policy.spec?.mutations ?? []) {
    const value = fromCel(compiler.compile(expressionOf(mutation))(bindingsFor(policy, request, current, parameters, compiler)));
    current = mutation.patchType === 'JSONPatch' ? patched(current, value) : configured(current, value, request.schema);
    request.kind.applyDefaults(current);
  }
  return current;
}

function expressionOf({ patchType, applyConfiguration, jsonPatch }: Mutation): string {
  const expression = patchType === 'JSONPatch' ? jsonPatch?.expression : applyConfiguration?.expression;
  if (expression === undefined) throw new Error(`a mutation of type ${patchType} has no expression`);
  return expression;
}

function patched(object: KubernetesObject, operations: unknown): KubernetesObject {
  if (!Array.isArray(operations)) throw new Error('unsupported return type from JSONPatch expression: a list of JSONPatch is needed');
  let document: unknown = object;
  for (const operation of operations) {
    try {
      document = applyJsonPatch(document, [operation]);
    } catch (error) {
      const { op, path } = isRecord(operation) ? operation : {};
      const why = typeof op === 'string' && typeof path === 'string' ? patchFailure(document, { op, path }) : firstLine(error);
      throw new Error(`JSON Patch: ${why}`, { cause: error });
    }
  }
  return sameKind(document, object);
}

function configured(object: KubernetesObject, configuration: unknown, schema: StructuralSchema | undefined): KubernetesObject {
  if (!isRecord(configuration)) throw new Error('unsupported return type from ApplyConfiguration expression');
  const atomic = atomicPaths(configuration, schema, '');
  if (atomic.length > 0) throw new Error(`error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`);
  return sameKind(merged(cloneJson(object), configuration, schema), object);
}

/** A configuration could only replace these whole, so it may not hold them. */
function atomicPaths(value: unknown, schema: StructuralSchema | undefined, path: string): string[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) {
    const own = (schema['x-kubernetes-list-type'] ?? 'atomic') === 'atomic' ? [path] : [];
    return [...own, ...value.flatMap((item: unknown, index) => atomicPaths(item, schema.items, `${path}[${index}]`))];
  }
  if (!isRecord(value)) return [];
  const own = schema['x-kubernetes-map-type'] === 'atomic' ? [path] : [];
  return [...own, ...Object.entries(value).flatMap(([key, item]) => atomicPaths(item, schemaOfKey(schema, key), `${path}.${key}`))];
}

/** A mutation gives back an object of the kind it was given. */
function sameKind(value: unknown, { apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  if (!isRecord(value) || !isRecord(value['metadata'])) throw new Error('the mutation leaves no object');
  const { name, namespace } = metadata;
  return { ...value, apiVersion, kind, metadata: { ...value['metadata'], name, ...(namespace === undefined ? {} : { namespace }) } };
}
