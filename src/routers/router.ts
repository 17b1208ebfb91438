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
  /** @param namespace another one than the release's; of no meaning for kinds without namespaces */
  get<T extends KubernetesObject>(resource: Resource<T>, name: string, namespace?: string): (FoundObject & { readonly object: T }) | undefined;
  list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string): T[];
  /** Whether the API server knows this kind at all; where it cannot be asked (offline, or absent) it counts as known. */
  serves?(resource: Resource<KubernetesObject>): boolean;
  /** Whether objects of this namespace can be seen; a controller may work in one alone. All can when absent. */
  sees?(namespace: string): boolean;
}

export interface RouterContext {
  readonly namespace: string;
  /** Names what Serin makes; also the value of the label `serin.dev/policy` on it. */
  readonly policy: string;
  /** The Service that clients use; empty where each version has a Service of its own and no other is named. */
  readonly service: string;
  /** The Service that leads to the canary alone where the router needs one: the user's own, or one that Serin makes. */
  readonly canaryService: string;
  readonly versions: Readonly<Record<Role, VersionTarget>>;
  /**
   * The last split that was read back as written in this release; undefined before the first, and once routes are released.
   * By it a router tells objects that someone else put back from objects that were never written.
   */
  readonly lastWritten?: Split | undefined;
  /** Whether other routers stand beside this one: then it may have gone on from `lastWritten` while another one has not. */
  readonly amongSeveral?: true;
}

/** What is known when a policy is checked. */
export type CheckContext = Pick<RouterContext, 'namespace' | 'policy' | 'service' | 'canaryService'> & Partial<Pick<RouterContext, 'versions'>>;

/** What is known when a release leaves its routing objects. */
export type ReleaseContext = Omit<RouterContext, 'versions'> & Partial<Pick<RouterContext, 'versions'>> & { readonly after?: RoutesAfter };

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
  /** The release's own when absent. */
  readonly namespace?: string;
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
      /** The release's own when absent. */
      readonly namespace?: string;
      readonly patchKind: 'json' | 'merge';
      readonly patch: unknown;
      /** The write is refused (409) when the object has another version by then. */
      readonly resourceVersion: string;
    }
  | { readonly action: 'delete'; readonly resource: Resource<KubernetesObject>; readonly name: string; readonly namespace?: string; readonly resourceVersion: string };

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

/** What a split may ask of a routing product. */
export const capabilities = ['weights', 'headers', 'cookies', 'regex', 'mirror', 'mirrorMatches', 'sticky', 'previewPath', 'previewHost', 'previewService', 'ownServices', 'ownSubsets'] as const;
export type Capability = (typeof capabilities)[number];

/** Whether a product can do it, and what to know about how. */
export interface Support {
  readonly supported: boolean;
  /** Half a sentence for tables and refusals. */
  readonly note?: string;
}

/** What stands at the end, when a release leaves the routing objects. */
export interface RoutesAfter {
  /**
   * Where each version has a Service or a subset of its own, routes stay with the one of this version; otherwise everything
   * that was found is put back.
   */
  readonly lead: Role;
}

/** Knows one routing product. Pure: reads what was found, answers with data. */
export interface Router<Config = unknown> {
  readonly name: string;
  /** The kinds whose objects `found` must hold. */
  readonly watches: readonly Resource<KubernetesObject>[];
  readonly capabilities: Readonly<Record<Capability, Support>>;
  /** Whether it pins the Service that clients use to one version and leads to the canary by a Service of its own. */
  readonly pinsService?: true;
  /** What speaks against steering with this configuration; asked before a release starts, and by `lint` as far as known. */
  check(config: Config, found: Found, context: CheckContext): RoutingProblem[];
  /**
   * What of a split the plan will ask for this router cannot express, by name: what `capabilities` cannot say, such as a
   * pattern that the product would misread. What it does not support at all is refused before it is asked.
   * @param found where known: what could be said, but not beside what is there
   */
  inexpressible?(config: Config, split: Split, context: CheckContext, found?: Found): RoutingProblem[];
  /** The shares (per mille of the canary) that cannot be shown, of those asked, for these Pod counts; empty where any can. */
  unreachable(config: Config, shares: readonly number[], replicas: number): RoutingProblem[];
  /** The way from what was found to `split`. `claims` are those on record; the plan's claims contain them. */
  write(config: Config, split: Split, found: Found, claims: readonly Claim[], context: RouterContext): RoutingPlan;
  read(config: Config, found: Found, claims: readonly Claim[], context: RouterContext): RoutingState;
  /** The way from what was found back to what the claims say; leaves nothing of ours. Needs no versions where all share one Service. */
  release(config: Config, found: Found, claims: readonly Claim[], context: ReleaseContext): RoutingPlan;
}
