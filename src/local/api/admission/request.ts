import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../kubernetes/generated/admissionregistration-v1.js';
import type { UserInfo } from '../../../kubernetes/generated/authentication-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { StructuralSchema } from '../../../schema/structural.js';
import type { Kind } from '../kinds/kind.js';
import type { Authorize } from './authorizer.js';
import type { FindParameters } from './parameters.js';

/** The policies and bindings there are, as of a write. */
export interface AdmissionPolicies {
  readonly mutating: readonly MutatingAdmissionPolicy[];
  readonly mutatingBindings: readonly MutatingAdmissionPolicyBinding[];
  readonly validating: readonly ValidatingAdmissionPolicy[];
  readonly validatingBindings: readonly ValidatingAdmissionPolicyBinding[];
}

/** A write that asks to be let in. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly kind: Kind;
  readonly subresource?: string;
  readonly namespace?: string;
  /** Empty while a name is still to be generated. */
  readonly name: string;
  /** The object as it would be stored, defaults filled in; absent on deletion. It is not changed. */
  readonly object?: KubernetesObject;
  /** The object as it is stored; absent on creation. */
  readonly oldObject?: KubernetesObject;
  readonly user: UserInfo;
  /** The namespace of a namespaced object. */
  readonly namespaceObject?: KubernetesObject;
  readonly dryRun: boolean;
  /** Identifies the request in `request.uid`. */
  readonly uid?: string;
  readonly policies: AdmissionPolicies;
  /** The kind's schema, metadata included: tells which lists a configuration is merged into by key. */
  readonly schema?: StructuralSchema;
  /** Answers questions of expressions about access; absent: everything is allowed. */
  readonly authorize?: Authorize;
  /** Finds what policies take parameters from; absent: nothing is found. */
  readonly findParameters?: FindParameters;
}

/** The variable `request` of expressions. */
export function requestVariable(request: AdmissionRequest): Record<string, unknown> {
  const { group, version, kind, plural } = request.kind.resource;
  const kindName = { group, version, kind };
  const resource = { group, version, resource: plural };
  return {
    uid: request.uid ?? '',
    kind: kindName,
    resource,
    requestKind: kindName,
    requestResource: resource,
    ...(request.subresource === undefined ? {} : { subResource: request.subresource, requestSubResource: request.subresource }),
    name: request.name,
    ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
    operation: request.operation,
    userInfo: { ...request.user },
    dryRun: request.dryRun,
  };
}
