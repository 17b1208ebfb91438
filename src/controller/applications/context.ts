import type { advanceApplication } from '../../frontends/kubevela/advance.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { ControllerContext } from '../context.js';
import type { OtherController } from '../other-controller.js';
import type { AppliedObjects } from './applied-objects.js';
import type { ApplicationCaches } from './application-caches.js';
import type { OutgoingCalls } from './outgoing-calls.js';

/** What every part of the loop over Applications is given. */
export interface ApplicationContext extends Pick<ControllerContext, 'client' | 'caches' | 'clock' | 'faults' | 'leadership' | 'conflicts' | 'events'> {
  readonly applications: ApplicationCaches;
  readonly applied: AppliedObjects;
  readonly calls: OutgoingCalls;
  readonly others: Pick<OtherController, 'about'>;
  readonly advance: typeof advanceApplication;
  /** What the API server did not take at the last pass, by the key of the Application. */
  readonly refused: Map<string, string>;
  /** About which other controller something was said, by the key of the Application: said once, because that one overwrites it. */
  readonly toldOfOthers: Map<string, string>;
}

export interface ApplicationName {
  readonly namespace: string;
  readonly name: string;
}

export const ownerKey = ({ namespace, name }: ApplicationName): string => `${namespace}/${name}`;

/** The name of the Application that an object was made for, by its owner or by its label. */
export function applicationOf({ metadata }: KubernetesObject, label: string): string | undefined {
  const owner = metadata.ownerReferences?.find(({ kind, apiVersion }) => kind === 'Application' && apiVersion.startsWith('core.oam.dev/'));
  return owner?.name ?? metadata.labels?.[label];
}
