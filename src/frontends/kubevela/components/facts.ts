import type { ControllerRevision, Deployment } from '../../../kubernetes/generated/apps-v1.js';
import { hasEnded, type Release } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import type { Application, Component } from '../application.js';
import { COMPONENT, REVISION, REVISION_COMPONENT } from '../labels.js';
import type { RevisionOfApplication } from '../render/metadata.js';
import { renderComponent, type RenderedComponent, type RolloutPlan } from '../render.js';
import { componentRevision, type ComponentRevision } from '../revisions.js';

/** What is seen of an Application on its cluster. */
export interface ObservedObjects {
  readonly controllerRevisions: readonly ControllerRevision[];
  readonly deployments: readonly Deployment[];
  readonly policies: readonly ReleasePolicy[];
  readonly releases: readonly Release[];
}

/** One component: what its Application says and what is there. */
export interface ComponentFacts {
  readonly component: Component;
  /** The revision that the spec asks for. */
  readonly revision: ComponentRevision;
  readonly rendered: RenderedComponent;
  readonly policy: ReleasePolicy | undefined;
  /** All releases of it, oldest first. */
  readonly releases: readonly Release[];
  /** The one that is under way. */
  readonly moving: Release | undefined;
  /** The revision that users rely on; undefined before there is one. */
  readonly stable: string | undefined;
  /** Deployments of the component, by name. */
  readonly deployments: ReadonlyMap<string, Deployment>;
  /** Its revisions on record, by name. */
  readonly records: ReadonlyMap<string, ControllerRevision>;
}

/** A component that is released: it has the trait rollout. */
export type ReleasedComponent = ComponentFacts & { readonly rendered: RenderedComponent & { readonly rollout: RolloutPlan } };

export const isReleased = (facts: ComponentFacts): facts is ReleasedComponent => facts.rendered.rollout !== undefined;

/** The name of a component's policy, whose releases are `<name>-1`, `<name>-2`, … */
export const policyName = (component: string): string => component;

/** Puts together what is known of every component, by name. The Application must have passed the checks. */
export function componentFacts(app: Application, observed: ObservedObjects, of: RevisionOfApplication): Map<string, ComponentFacts> {
  return new Map(app.spec.components.map((component) => [component.name, factsOf(app, component, observed, of)]));
}

function factsOf(app: Application, component: Component, observed: ObservedObjects, of: RevisionOfApplication): ComponentFacts {
  const { name } = component;
  const revision = componentRevision(app, component, observed.controllerRevisions);
  const policy = observed.policies.find(({ metadata }) => metadata.name === policyName(name));
  const releases = observed.releases.filter(({ spec }) => spec.policy === policyName(name)).sort((one, other) => numberOf(one) - numberOf(other));
  const deployments = new Map(observed.deployments.filter(({ metadata }) => metadata.labels?.[COMPONENT] === name).map((each) => [each.metadata.name, each]));
  const records = new Map(observed.controllerRevisions.filter(({ metadata }) => metadata.labels?.[REVISION_COMPONENT] === name).map((each) => [each.metadata.name, each]));
  return {
    component,
    revision,
    rendered: renderComponent(app, component, revision.name, of),
    policy,
    releases,
    moving: releases.findLast(({ status }) => !hasEnded(status?.phase ?? 'Preparing')),
    stable: stableOf(policy, releases, deployments),
    deployments,
    records,
  };
}

/** The number behind the last dash; releases of a policy count up. */
function numberOf({ metadata: { name = '' } }: Release): number {
  const digits = /-([0-9]{1,9})$/.exec(name)?.[1];
  return digits === undefined ? 0 : Number(digits);
}

/**
 * Which revision users rely on: what the policy knows, or its last release has found out and is not on record there yet; the one
 * that the policy is about to take over; without a policy, as of Deployments that another controller made, the one with the most
 * ready Pods.
 */
function stableOf(policy: ReleasePolicy | undefined, releases: readonly Release[], deployments: ReadonlyMap<string, Deployment>): string | undefined {
  const last = releases.at(-1);
  if (last?.status?.phase === 'Completed' && policy?.status?.concluded !== last.metadata.name) return last.spec.canary.replicaSet;
  const known = policy?.status?.stable?.replicaSet;
  if (known !== undefined) return known;
  const first = policy?.spec.workload.versions?.list[0]?.deployment;
  if (first !== undefined && deployments.has(first)) return first;
  const running = [...deployments.values()].filter(({ metadata }) => metadata.labels?.[REVISION] === metadata.name);
  const ready = ({ status }: Deployment): number => status?.readyReplicas ?? 0;
  return running.sort((one, other) => ready(other) - ready(one) || other.metadata.name.localeCompare(one.metadata.name))[0]?.metadata.name;
}
