import { resources } from '../../kubernetes/resources.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { patch, write } from './actions.js';
import type { EjectAction, EjectView, Held } from './view.js';

/** Brings what runs a version to at least so many Pods, and waits until they are ready. */
export function fillUp({ object, ready }: Held, replicas: number): EjectAction | undefined {
  const { kind, metadata: { name } } = object;
  if ((object.spec.replicas ?? 1) < replicas) return write(`${kind} ${name} gets its ${replicas} Pods back`, patch(resourceOf(object), object, { op: 'add', path: '/spec/replicas', value: replicas }));
  return ready < replicas ? { do: 'wait', waitsFor: `Pods of ${name} to become ready: ${ready} of ${replicas}.` } : undefined;
}

/** Lets the Pods of a version that gets no more requests finish those it has, then ends them. @param drain milliseconds */
export function emptyOut({ object, pods, ready }: Held, view: EjectView, drain: number): EjectAction | undefined {
  const { kind, metadata: { name } } = object;
  if ((object.spec.replicas ?? 1) > 0) {
    if (ready > 0 && view.waited(`${name} drains`) < drain) return { do: 'wait', waitsFor: `requests to ${name} to end.` };
    return write(`${kind} ${name} is scaled to 0`, patch(resourceOf(object), object, { op: 'add', path: '/spec/replicas', value: 0 }));
  }
  return pods > 0 ? { do: 'wait', waitsFor: `${pods} Pods of ${name} to end.` } : undefined;
}

/** Whether it has Pods or is to get some. */
export const isRunning = ({ object, pods }: Held): boolean => pods > 0 || (object.spec.replicas ?? 1) > 0;

const resourceOf = ({ kind }: KubernetesObject): Resource<KubernetesObject> => (kind === 'Deployment' ? resources.deployments : resources.replicaSets);
