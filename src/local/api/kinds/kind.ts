import type { FieldError } from '../../../kubernetes/field-error.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';

/** A column of `kubectl get`. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  readonly priority: number;
  readonly description?: string;
  /** @param now milliseconds since the epoch, for ages */
  cell(object: KubernetesObject, now: number): string | number | boolean | null;
}

/** What a kind's own rules may ask of the server while a write is under way. */
export interface KindContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Reads another object, as of this write. */
  find(resource: Resource<KubernetesObject>, name: string, namespace?: string): KubernetesObject | undefined;
  list(resource: Resource<KubernetesObject>, namespace?: string): KubernetesObject[];
}

/** Paths of the scale subresource, as in a CRD: `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/**
 * One kind as the API server serves it, built in or from a CRD. Hooks change the object they are given (it is a private
 * copy) or return problems; they run in the order: default, prepare, validate.
 */
export interface Kind {
  readonly resource: Resource<KubernetesObject>;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Name of the kind's schema in the OpenAPI document, such as `io.k8s.api.apps.v1.Deployment`. */
  readonly schemaName: string;
  readonly subresources: { readonly status: boolean; readonly scale?: ScalePaths };
  /** Whether strategic merge patches are understood (built-in kinds only). */
  readonly strategicMerge: boolean;
  /** Whether a PUT must carry a resourceVersion (custom resources). */
  readonly requiresResourceVersion: boolean;
  /** How names are checked. */
  readonly nameRule: 'dns-subdomain' | 'dns-label' | 'path-segment';
  /** Whether objects carry metadata.generation, raised when anything but metadata and status changes. Absent: yes. */
  readonly hasGeneration?: boolean;
  /** Columns in the order of `kubectl get`; the first is the name. */
  readonly columns: readonly TableColumn[];
  /** Fields beside metadata.name and metadata.namespace that field selectors may use. */
  readonly selectableFields: Readonly<Record<string, (object: KubernetesObject) => string>>;
  /** After decoding and after every patch; on built-in kinds it also brings the object to its wire form. */
  applyDefaults(object: KubernetesObject): void;
  /** Fills in what the server sets (generation and uid are set by the caller; the status is already dropped). */
  prepareForCreate(object: KubernetesObject, context: KindContext): FieldError[];
  /** `before` is what is stored. Spec changes bump the generation after this, by the caller. */
  prepareForUpdate(object: KubernetesObject, before: KubernetesObject, context: KindContext): FieldError[];
  /** All but the metadata, which `objectMetaProblems` checks for every kind alike; on creation. */
  validate(object: KubernetesObject): FieldError[];
  /** The same on update and status update, and what may not change. Not for subresources such as a Pod's binding. */
  validateUpdate(object: KubernetesObject, before: KubernetesObject): FieldError[];
}
