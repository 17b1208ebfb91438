import { escaped, patch, write } from '../../controller/eject/actions.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { isReady, newestOf, podsOf } from './deployments.js';
import { wait, type AdoptAction } from './step.js';
import type { Surroundings } from './surroundings.js';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** Sets one label of a Service's selector, or takes it out. */
export function selecting(service: Service, label: string, value: string | undefined, says: string): AdoptAction {
  const path = `/spec/selector/${escaped(label)}`;
  return write(`Service ${service.metadata.name} ${says}`, patch(resources.services, service, value === undefined ? { op: 'remove', path } : { op: 'add', path, value }));
}

/** Names of the Pods that stand behind a Service, ready, by what its EndpointSlices say. */
export function behind({ metadata }: Service, { slices }: Pick<Surroundings, 'slices'>): Set<string> {
  const own = slices.filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === metadata.name);
  return new Set(own.flatMap(({ endpoints }) => endpoints ?? []).flatMap(({ conditions, targetRef }) => (conditions?.ready !== false && targetRef?.name !== undefined ? [targetRef.name] : [])));
}

/** Waits until all ready Pods of the Deployment stand behind the Service, and, where `alone`, no others. */
export function leadingTo(service: Service, deployment: Deployment, around: Surroundings, alone = false): AdoptAction | undefined {
  const newest = newestOf(deployment, around);
  const wanted = podsOf(newest ? [newest] : [], around).filter(isReady).map(({ metadata }) => metadata.name);
  const present = behind(service, around);
  const isThere = wanted.length > 0 && wanted.every((name) => present.has(name)) && (!alone || present.size === wanted.length);
  return isThere ? undefined : wait(`the EndpointSlices of Service ${service.metadata.name} to ${alone ? 'hold the Pods' : 'show the Pods'} of Deployment ${deployment.metadata.name}${alone ? ' alone' : ''}.`);
}
