import type { ControllerRevision, Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { DestinationRule } from '../../kubernetes/generated/istio-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Application, Component } from './application.js';
import { batchSizes } from './batches.js';
import { traitsOf } from './properties/read.js';
import { portsOf, type RolloutTrait } from './properties/traits.js';
import { templateInRevision } from './recorded-template.js';
import { destinationRuleOf, gatewayOf, gatewayRoute, gatewayRouteName, meshRoute } from './render/istio.js';
import type { RevisionOfApplication } from './render/metadata.js';
import { serviceOf } from './render/service.js';
import { deployment, deploymentOf, podLabels, templateMetadata } from './render/workload.js';

/** A component as objects. */
export interface RenderedComponent {
  readonly component: string;
  /** Such as `reviews-v2`. */
  readonly revision: string;
  /**
   * Named by the revision with the trait rollout, else by the component. It never has `spec.replicas`: a server makes one
   * Pod of that, so write 0 where a Deployment of a rollout does not exist yet, or its Pod comes before its release.
   */
  readonly workload: Deployment;
  /**
   * Services, Gateways, VirtualServices. Those in `traffic.virtualServices` are as they are before any version has a share
   * of its own; once they are on the cluster their routes are the release's.
   */
  readonly traits: readonly KubernetesObject[];
  /** With the trait rollout. */
  readonly rollout?: RolloutPlan;
  /** With the trait canary-traffic. */
  readonly traffic?: {
    /** On which shares are counted. */
    readonly port: number;
    readonly service: string;
    /** VirtualServices that lead to the component, all of which a release steers: of the mesh, and of a gateway if there is one. */
    readonly virtualServices: readonly string[];
  };
}

/** What the trait rollout says. */
export interface RolloutPlan {
  readonly targetSize: number;
  /** Pods of each batch, together targetSize. */
  readonly batches: readonly number[];
  /** The index of the last batch that is done; all when absent. */
  readonly batchPartition?: number;
  /** The revision that is to run; the one of the spec when absent. */
  readonly targetRevision?: string;
}

/**
 * A component that was checked, as objects.
 * @param revision of the component, as `componentRevision` names it
 * @param of the Application's revision, for labels; the latest of its status when absent
 * @throws Error for one with problems
 */
export function renderComponent(app: Application, component: Component, revision: string, of?: RevisionOfApplication): RenderedComponent {
  const { gateway, rollout, traffic } = traitsOf(component);
  const service = serviceOf(app, component, of);
  return {
    component: component.name,
    revision,
    workload: deploymentOf(app, component, revision, of),
    traits: [
      ...(service ? [service] : []),
      ...(traffic ? [meshRoute(app, component, traffic, of)] : []),
      ...(gateway ? [gatewayOf(app, component, gateway, of), gatewayRoute(app, component, gateway, of)] : []),
    ],
    ...(rollout ? { rollout: rolloutPlan(rollout) } : {}),
    ...(traffic ? { traffic: { port: portsOf(traffic)[0] ?? 0, service: component.name, virtualServices: [component.name, ...(gateway ? [gatewayRouteName(component)] : [])] } } : {}),
  };
}

function rolloutPlan(rollout: RolloutTrait): RolloutPlan {
  const found = batchSizes(rollout);
  if ('problem' in found) throw new Error(`a rollout that was not checked: ${found.problem}`);
  const { targetSize, batchPartition, targetRevision } = rollout;
  return {
    targetSize,
    batches: found.sizes,
    ...(batchPartition === undefined ? {} : { batchPartition }),
    ...(targetRevision === undefined ? {} : { targetRevision }),
  };
}

/**
 * The DestinationRule of a component with the trait canary-traffic: one subset a revision, of the revision's name.
 * @param revisions both while a release moves, else the one that has the requests
 */
export function renderDestinationRule(app: Application, component: Component, revisions: readonly string[], of?: RevisionOfApplication): DestinationRule {
  return destinationRuleOf(app, component, revisions, of);
}

/**
 * The Deployment of a revision on record, as it was but for labels and the owner.
 * @throws Error for a record that holds no Pod template
 */
export function workloadOfRevision(app: Application, component: Component, revision: ControllerRevision, of?: RevisionOfApplication): Deployment {
  const name = revision.metadata.name ?? '';
  const template = templateInRevision(revision);
  if (template === undefined) throw new Error(`the ControllerRevision ${name} holds no Pod template of a Deployment`);
  const labels = { ...template.metadata?.labels, ...podLabels(app, component, name, true) };
  return deployment(app, component, name, { ...template, metadata: templateMetadata({ ...template.metadata, labels }) }, of);
}
