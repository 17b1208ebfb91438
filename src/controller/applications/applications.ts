import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { Informer } from '../../cluster/informer.js';
import { createWorkQueue } from '../../cluster/work-queue.js';
import { advanceApplication } from '../../frontends/kubevela/advance.js';
import { oamResources } from '../../frontends/kubevela/application.js';
import { APP_NAME } from '../../frontends/kubevela/labels.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { message } from '../../model/messages.js';
import type { Release } from '../../model/release.js';
import type { FrontendLoop, FrontendParts } from '../frontend-loop.js';
import { OtherController } from '../other-controller.js';
import { NotLeading } from '../writes.js';
import { createApplicationCaches } from './application-caches.js';
import { AppliedObjects } from './applied-objects.js';
import { ApplyRefused } from './apply-objects.js';
import { applicationOf, ownerKey, type ApplicationContext, type ApplicationName } from './context.js';
import { kubevelaController } from './kubevela-controller.js';
import { OutgoingCalls } from './outgoing-calls.js';
import { letGoOf, reconcileApplication } from './reconcile-application.js';

/** How many Applications are worked on at once. */
const WORKERS = 4;

/** Serves KubeVela's Applications: starts their loop. @param advance what decides; another one for tests */
export function startApplications(parts: FrontendParts, advance: typeof advanceApplication = advanceApplication): FrontendLoop {
  const { writing, caches, client, clock, random, onError } = parts;
  const place = parts.namespace === undefined ? {} : { namespace: parts.namespace };
  let filled = false;
  const queue = createWorkQueue(
    async (key) => {
      const at = parseKey(key);
      // A cache that is not filled looks like a cluster where everything was deleted.
      if (!filled) return undefined;
      if (!writing.leadership.mayWrite()) return letGoOf(context, at);
      try {
        const again = await reconcileApplication(context, at);
        context.conflicts.ended(keyOfRefusals(key));
        return again === undefined ? undefined : { againAfter: Math.max(0, again - clock.now()) };
      } catch (error) {
        if (error instanceof NotLeading) return letGoOf(context, at);
        // Somebody else wrote first, or what we knew is gone: the change that did it brings the key back, but be sure.
        if (error instanceof Error && (isConflict(error) || isNotFound(error))) return { againAfter: refused(at, error) };
        throw error;
      }
    },
    // What is refused has been told, as a condition and as an Event.
    { clock, random, workers: WORKERS, onError: (key, error) => (error instanceof ApplyRefused ? undefined : onError(error, `application/${key}`)) },
  );
  /** @returns milliseconds until the next try */
  const refused = (at: ApplicationName, error: Error): number => {
    const { againAfter, tells } = context.conflicts.refused(keyOfRefusals(ownerKey(at)), error);
    const app = tells ? applications.applications.get(at) : undefined;
    if (tells) onError(error, `application/${ownerKey(at)}`);
    if (app) context.events.record(app, message('WriteRefused', { detail: error.message }), 'Warning');
    return againAfter;
  };
  const add = (namespace: string | undefined, name: string | undefined): void => {
    if (name !== undefined) queue.add(ownerKey({ namespace: namespace ?? '', name }));
  };
  const everything = (): void => {
    for (const { metadata } of applications.applications.list()) add(metadata.namespace, metadata.name);
  };
  const touch = (object: KubernetesObject): void => {
    const { namespace } = object.metadata;
    switch (object.kind) {
      case oamResources.applications.kind:
        return add(namespace, object.metadata.name);
      case 'Release': {
        const policy = caches.policies.get({ namespace: namespace ?? '', name: (object as unknown as Release).spec.policy });
        return policy && add(namespace, applicationOf(policy, APP_NAME));
      }
      default:
        return add(namespace, applicationOf(object, APP_NAME));
    }
  };
  const watch = <T extends KubernetesObject>(informer: Informer<T>): void => {
    if (TOUCHING.has(informer.resource.kind)) informer.onChange(({ object }) => touch(object));
  };
  const applications = createApplicationCaches({ client, clock, random, signal: parts.signal, ...place, shared: caches, onError: (error) => onError(error, 'watch'), watch });
  const others = new OtherController({ original: kubevelaController, client, clock, ...place, onChange: everything, onError: (error) => onError(error, 'lease') });
  const calls = new OutgoingCalls({ client, call: parts.call, withoutConfig: parts.withoutConfig, onAnswer: (key) => queue.add(key) });
  const context: ApplicationContext = {
    ...writing, caches, clock, applications, calls, others, advance,
    events: parts.events,
    applied: new AppliedObjects(),
    refused: new Map(),
    toldOfOthers: new Map(),
  };
  return {
    watch,
    async untilReady() {
      await Promise.all([applications.untilSynced(), others.untilKnown()]);
      filled = true;
    },
    missing: () => applications.missing,
    queueDepth: () => queue.busy,
    lookAtEverything: everything,
    async stop() {
      await queue.stop();
      await calls.stop();
      await others.stop();
      await applications.stop();
    },
  };
}

/** Kinds whose changes matter to an Application. */
const TOUCHING: ReadonlySet<string> = new Set([
  'Application', 'ApplicationRevision', 'ControllerRevision', 'Rollout', 'Deployment', 'Service', 'Gateway', 'VirtualService', 'DestinationRule', 'ReleasePolicy', 'Release',
]);

const keyOfRefusals = (key: string): string => `application/${key}`;

function parseKey(key: string): ApplicationName {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
