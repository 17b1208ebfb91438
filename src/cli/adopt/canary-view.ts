import type { Canary } from '../../frontends/flagger/canary.js';
import { deepEqual, isRecord } from '../../kubernetes/json.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec, Service } from '../../kubernetes/generated/core-v1.js';
import type { Ingress } from '../../kubernetes/generated/networking-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import { isControlledBy } from '../../kubernetes/owners.js';
import { matchesLabels } from '../../kubernetes/selectors.js';
import { normalisedTemplate } from '../../kubernetes/pod-template.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { FLAGGER_GROUP } from '../../frontends/flagger/canary.js';
import type { Surroundings } from './surroundings.js';

/** A Canary as Flagger left it: with what its status says. */
export type LiveCanary = Canary & { readonly status?: { readonly phase?: string } };

export const canaries = { group: FLAGGER_GROUP, version: 'v1beta1', kind: 'Canary', plural: 'canaries', namespaced: true } as unknown as Resource<LiveCanary & { metadata: { name: string } }>;

/** A Canary that is to become a policy, and what stands around it. */
export interface CanaryView {
  readonly namespace: string;
  readonly canary: LiveCanary;
  readonly wanted: { readonly policy: ReleasePolicy; readonly metricTemplates: readonly never[] };
  readonly policy: ReleasePolicy | undefined;
  readonly around: Surroundings;
}

/** Names of what belongs to a Canary. */
export interface CanaryNames {
  /** The Deployment that people write. */
  readonly deployment: string;
  /** The copy of it that serves, made by Flagger. */
  readonly primary: string;
  /** The Service that clients use, and those of the two. */
  readonly service: string;
  readonly services: readonly string[];
}

export function namesOf({ spec }: Canary): CanaryNames {
  const { name } = spec.targetRef;
  const service = spec.service.name ?? name;
  return { deployment: name, primary: `${name}-primary`, service, services: [`${service}-primary`, `${service}-canary`] };
}

const deploymentOf = ({ around }: CanaryView, name: string): Deployment | undefined => around.deployments.find(({ metadata }) => metadata.name === name);
export const targetOf = (view: CanaryView): Deployment | undefined => deploymentOf(view, namesOf(view.canary).deployment);
export const primaryOf = (view: CanaryView): Deployment | undefined => deploymentOf(view, namesOf(view.canary).primary);

/** Services that lead to the copy, or did. */
export function servicesOf(view: CanaryView): Service[] {
  const { service, services } = namesOf(view.canary);
  return [service, ...services].flatMap((name) => view.around.services.find(({ metadata }) => metadata.name === name) ?? []);
}

/** The labels of a selector that the copy's Pods have and the Deployment's have not, with the values of the latter. */
export function labelsToChange({ spec }: Service, primary: Deployment | undefined, target: Deployment): [string, string][] {
  const selector = spec?.selector ?? {};
  const own = target.spec.template.metadata?.labels ?? {};
  if (!primary || !matchesLabels(selector, primary.spec.template.metadata?.labels ?? {})) return [];
  return Object.entries(selector).flatMap(([key, value]) => (own[key] !== undefined && own[key] !== value && value === primary.metadata.name ? [[key, own[key]]] : []));
}

/** The Ingress of the canary that Flagger made beside the one of ingressRef. */
export const canaryIngresses = ({ canary, around }: CanaryView): Ingress[] =>
  around.ingresses.filter((each) => each.metadata.name === `${canary.spec.ingressRef?.name ?? ''}-canary` && isControlledBy(each, canary));

/** Whether the copy runs what the Deployment asks for: all the same, but for the names that Flagger gave the copy. */
export function runsTheSame(target: Deployment, primary: Deployment): boolean {
  return isCopy(comparable(target.spec.template), comparable(primary.spec.template));
}

/** Without annotations, in which Flagger keeps an id of its own. */
function comparable(template: PodTemplateSpec): unknown {
  const { annotations: _annotations, ...metadata } = template.metadata ?? { name: '' };
  return normalisedTemplate({ ...template, metadata });
}

function isCopy(own: unknown, copy: unknown): boolean {
  if (Array.isArray(own) && Array.isArray(copy)) return own.length === copy.length && own.every((each, index) => isCopy(each, copy[index]));
  if (isRecord(own) && isRecord(copy)) return deepEqual(Object.keys(own).sort(), Object.keys(copy).sort()) && Object.entries(own).every(([key, each]) => isCopy(each, copy[key]));
  return deepEqual(own, copy) || (typeof own === 'string' && copy === `${own}-primary`);
}
