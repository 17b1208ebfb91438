import type { FieldError } from '../../kubernetes/field-error.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { StructuralSchema } from '../../schema/structural.js';
import { BuiltinDecoder } from './decoding/builtin-decoder.js';
import type { BuiltinSchemas } from './decoding/builtin-schemas.js';
import type { Kind } from './kinds/kind.js';
import { autoscalerView } from './views/autoscaler-view.js';
import { eventView } from './views/event-view.js';
import type { KindView } from './views/kind-view.js';

/** One kind in one version as it is served. */
export interface ServedKind {
  readonly kind: Kind;
  readonly version: string;
  /** `v1`, `apps/v1`, … of what this version serves. */
  readonly apiVersion: string;
  /** Where the store keeps its objects, whatever version they are read in. */
  readonly collection: string;
  /** True for kinds of a CustomResourceDefinition. */
  readonly custom: boolean;
  /** What patches and apply walk; undefined when the kind has no known schema. */
  readonly schema: StructuralSchema | undefined;
  /** Sent as a warning with every answer of this version. */
  readonly deprecationWarning?: string;
  /** Set while the definition is being deleted: nothing new is created. */
  readonly terminating?: boolean;
  /**
   * Removes what the kind does not know, in place.
   * @returns paths of unknown fields
   * @throws DecodeError
   */
  decode(object: Record<string, unknown>): string[];
  /** Set where objects are stored as another kind. */
  readonly view?: KindView;
  /** Brings an object of a version that is not the stored one to what is stored, in place. */
  toStored?(object: KubernetesObject): void;
  /** What is wrong beyond what the kind's hooks say (schemas of custom kinds). */
  check?(object: KubernetesObject, before: KubernetesObject | undefined): FieldError[];
}

const VIEWS: readonly KindView[] = [autoscalerView, eventView];

/** The kinds that the server serves now. */
export class KindRegistry {
  readonly #served = new Map<string, ServedKind>();

  constructor(kinds: readonly Kind[], schemas: BuiltinSchemas) {
    const decoder = new BuiltinDecoder(schemas.definitions);
    for (const kind of kinds) this.add(serveBuiltin(kind, schemas, decoder));
    for (const view of VIEWS) {
      const { group, version, plural } = view.storedAs;
      const stored = this.find(group, version, plural);
      if (stored !== undefined) this.add({ ...serveBuiltin(view.kind, schemas, decoder), collection: stored.collection, view });
    }
  }

  add(served: ServedKind): void {
    this.#served.set(placeOf(served.kind.resource.group, served.version, served.kind.resource.plural), served);
  }

  remove(served: ServedKind): void {
    this.#served.delete(placeOf(served.kind.resource.group, served.version, served.kind.resource.plural));
  }

  /** What the objects of a kind are stored as: mostly the same. */
  storedAs(served: ServedKind): ServedKind {
    const { group, version, plural } = served.view?.storedAs ?? { ...served.kind.resource, version: served.version };
    return this.find(group, version, plural) ?? served;
  }

  find(group: string, version: string, plural: string): ServedKind | undefined {
    return this.#served.get(placeOf(group, version, plural));
  }

  /** Whether anything is served under a group and version. */
  hasVersion(group: string, version: string): boolean {
    return this.all().some((served) => served.kind.resource.group === group && served.version === version);
  }

  all(): ServedKind[] {
    return [...this.#served.values()];
  }
}

function serveBuiltin(kind: Kind, schemas: BuiltinSchemas, decoder: BuiltinDecoder): ServedKind {
  const { group, version, plural } = kind.resource;
  return {
    kind,
    version,
    apiVersion: group === '' ? version : `${group}/${version}`,
    collection: collectionOf(group, plural),
    custom: false,
    ...(plural === 'endpoints' ? { deprecationWarning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' } : {}),
    schema: schemas.document.schema(kind.schemaName),
    decode: (object) => decoder.decode(object, kind.schemaName).unknownFields,
  };
}

/** The name of a resource's collection in the store. */
export function collectionOf(group: string, plural: string): string {
  return `${group}/${plural}`;
}

const placeOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;
