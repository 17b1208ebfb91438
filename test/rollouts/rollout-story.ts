import type { KubernetesObject } from '../../src/kubernetes/objects.js';

/** What somebody does to a Rollout. */
export type Action =
  /** `kubectl argo rollouts …`, with {rollout} for its name. */
  | { readonly plugin: readonly string[] }
  /** Server-side, as kubectl. */
  | { readonly apply: KubernetesObject }
  /** A merge patch of the Rollout. */
  | { readonly patch: object };

export interface StoryPart {
  readonly name: string;
  readonly actions: readonly Action[];
}

/** A Rollout, what is done to it, and what is to be seen once nothing moves any more. */
export interface RolloutStory {
  readonly name: string;
  /** All that stands there before anything is done, the Rollout last. */
  readonly objects: readonly KubernetesObject[];
  readonly parts: readonly StoryPart[];
  /** For so long nothing may move before Argo Rollouts counts as done, in milliseconds. */
  readonly stillFor?: number;
}
