import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { Split } from '../model/split.js';
import type { Role, VersionTarget } from '../model/version.js';

/** An object as it was found, and since when this generation of it has been known. */
export interface FoundObject {
  readonly object: KubernetesObject;
  /** Milliseconds since the epoch when the present generation was first seen; after a restart, when the object was written last. */
  readonly unchangedSince: number;
}

/** What was found on the cluster, of the kinds a router watches, in the release's namespace. */
export interface Found {
  /** Milliseconds since the epoch. */
  readonly now: number;
  get<T extends KubernetesObject>(resource: Resource<T>, name: string): (FoundObject & { readonly object: T }) | undefined;
  list<T extends KubernetesObject>(resource: Resource<T>): T[];
  /** Whether the API server knows this kind at all; where it cannot be asked (offline, or absent) it counts as known. */
  serves?(resource: Resource<KubernetesObject>): boolean;
}

export interface RouterContext {
  readonly namespace: string;
  /** Names what Serin makes; also the value of the label `serin.dev/policy` on it. */
  readonly policy: string;
  /** The Service that clients use. */
  readonly service: string;
  readonly versions: Readonly<Record<Role, VersionTarget>>;
  /**
   * The last split that was read back as written in this release; undefined before the first, and once routes are released.
   * By it a router tells objects that someone else put back from objects that were never written.
   */
  readonly lastWritten?: Split | undefined;
}

/** A reason why a policy cannot be run as it is, or why a written split is not accepted. */
export interface RoutingProblem {
  /** Object and field, such as `VirtualService reviews, spec.http[1].route`. */
  readonly place: string;
  readonly problem: string;
  readonly remedy: string;
  /** `error` when absent. A warning never keeps a release from starting or a stage from being reached. */
  readonly severity?: 'error' | 'warning';
}

/**
 * What was found in one shared object before it was changed, to be put back. Kept in the release's status, so it holds no
 * more than the fields that Serin changes.
 */
export interface Claim {
  readonly kind: string;
  readonly name: string;
  /** As the router that made it wants it back; JSON. */
  readonly found: unknown;
}

/** One write to one object. A patch is a guarded merge patch or JSON patch of only the fields that are claimed. */
export type RoutingWrite =
  | { readonly action: 'create'; readonly resource: Resource<KubernetesObject>; readonly object: KubernetesObject }
  | {
      readonly action: 'patch';
      readonly resource: Resource<KubernetesObject>;
      readonly name: string;
      readonly patchKind: 'json' | 'merge';
      readonly patch: unknown;
      /** The write is refused (409) when the object has another version by then. */
      readonly resourceVersion: string;
    }
  | { readonly action: 'delete'; readonly resource: Resource<KubernetesObject>; readonly name: string; readonly resourceVersion: string };

/**
 * One stage on the way to a split. Stages run in order: all writes of one, then its barrier, then the next. They are
 * computed afresh from what was found each time, so that a stage already reached has no writes and no wait.
 */
export interface Stage {
  readonly name: string;
  readonly writes: readonly RoutingWrite[];
  /** What this stage still waits for, in one sentence; undefined when it is reached (only meaningful without writes). */
  readonly waitsFor: string | undefined;
  /** When a wait may end by time alone, in milliseconds since the epoch: look again then. Otherwise a change ends it. */
  readonly waitsUntil?: number;
}

export interface RoutingPlan {
  readonly stages: readonly Stage[];
  /** All claims that must be on record before the first write. */
  readonly claims: readonly Claim[];
}

export interface RoutingState {
  /** The split that the routing objects say now; undefined when they do not say one of ours. */
  readonly written: Split | undefined;
  /** The split that the product has taken over; undefined while it is under way. */
  readonly accepted: Split | undefined;
  /** Fields of ours that someone else changed, and objects that the product refused. */
  readonly problems: readonly RoutingProblem[];
}

/** Knows one routing product. Pure: reads what was found, answers with data. */
export interface Router<Config = unknown> {
  readonly name: string;
  /** The kinds whose objects `found` must hold. */
  readonly watches: readonly Resource<KubernetesObject>[];
  /** What speaks against steering with this configuration; asked before a release starts, and by `lint` as far as known. */
  check(config: Config, found: Found, context: Pick<RouterContext, 'namespace' | 'policy' | 'service'> & Partial<Pick<RouterContext, 'versions'>>): RoutingProblem[];
  /** The shares (per mille of the canary) that cannot be shown, of those asked, for these Pod counts; empty where any can. */
  unreachable(config: Config, shares: readonly number[], replicas: number): RoutingProblem[];
  /** The way from what was found to `split`. `claims` are those on record; the plan's claims contain them. */
  write(config: Config, split: Split, found: Found, claims: readonly Claim[], context: RouterContext): RoutingPlan;
  read(config: Config, found: Found, claims: readonly Claim[], context: RouterContext): RoutingState;
  /** The way from what was found back to what the claims say; leaves nothing of ours. Needs no versions. */
  release(config: Config, found: Found, claims: readonly Claim[], context: Omit<RouterContext, 'versions'>): RoutingPlan;
}
