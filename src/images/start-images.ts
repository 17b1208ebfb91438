import { isConflict, isNotFound } from '../cluster/api-error.js';
import type { Change, Informer } from '../cluster/informer.js';
import type { StartLoop } from '../cluster/loop.js';
import { createWorkQueue } from '../cluster/work-queue.js';
import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import { deepEqual } from '../kubernetes/json.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import type { ImagePolicy } from '../model/images/image-policy.js';
import { serinResources } from '../model/resources.js';
import { startImageCaches } from './image-caches.js';
import { lastDigest, taggedImage, type ImageMemory } from './image-memory.js';
import { polledImage } from './polling/polled-image.js';
import { Poller, type PollAnswer } from './polling/poller.js';
import { cachedFinder, reconcileImagePolicy, rulesOf, type ImageContext } from './reconcile-image-policy.js';
import { createRegistryClient } from './registry/registry-client.js';
import { isProblem, readWorkload } from './workloads/workload.js';

/** How many policies are worked on at once. */
const WORKERS = 2;
/** When what somebody else wrote first is looked at again, in milliseconds. */
const CONFLICT = 500;

/** Takes up images that policies ask for: watches ImagePolicies and ImageUpdates, asks people, changes workloads, asks registries. */
export const startImages: StartLoop = (parts) => {
  const { clock, random, client, onError, mayWrite } = parts;
  const registries = createRegistryClient({ clock, findAddress: parts.findAddress });
  const memory: ImageMemory = new Map();
  const queue = createWorkQueue(
    async (key, signal) => {
      if (!caches.synced || !mayWrite()) return undefined;
      try {
        const again = await reconcileImagePolicy(context, nameOf(key), signal);
        return again === undefined ? undefined : { againAfter: again };
      } catch (error) {
        if (isConflict(error) || isNotFound(error)) return { againAfter: CONFLICT };
        throw error;
      }
    },
    { clock, random, workers: WORKERS, onError: (key, error) => onError(error, `images of ${key}`) },
  );
  const lookAtEverything = (): void => {
    for (const policy of caches.policies.list()) queue.add(keyOf(policy));
  };
  const caches = startImageCaches(parts, lookAtEverything);
  const poller = new Poller({
    client, registries, clock, random, mayWrite, onError,
    withoutConfig: parts.withoutConfig,
    onAnswer: (key, answer, signal) => takeIn(context, key, answer, signal).then(() => queue.add(key)),
    onProblem: (key, problem) => {
      memory.set(key, { ...memory.get(key), problem });
      queue.add(key);
    },
  });
  const context: ImageContext = { ...parts, caches, memory, poller };
  const stopWatching = watch(context, (policy) => queue.add(policy), lookAtEverything);
  return {
    untilReady: () => caches.untilKnown(),
    // A cluster whose kinds are older goes on without images.
    missing: () => [],
    queueDepth: () => queue.busy,
    lookAtEverything,
    async stop() {
      for (const stop of stopWatching) stop();
      await Promise.all([queue.stop(), poller.stop()]);
      await registries.stop();
      await caches.stop();
    },
  };
};

/** What a registry holds, for one policy. */
async function takeIn(context: ImageContext, key: string, answer: PollAnswer, signal: AbortSignal): Promise<void> {
  const { caches, client, clock, memory, mayWrite } = context;
  const { namespace, name } = nameOf(key);
  const policy = caches.policies.get({ namespace, name });
  const rules = policy && rulesOf(policy).rules;
  if (!policy || !rules || policy.spec.paused) return;
  const workload = await readWorkload(policy, cachedFinder(context, signal));
  if (isProblem(workload)) return;
  const updates = caches.updates.list({ namespace }).filter(({ spec }) => spec.policy === name);
  const text = workload.containers[0]?.text;
  const last = lastDigest(text, memory.get(key), policy.status);
  const { create, remove, latest, digest } = await polledImage(policy, rules, workload, updates, answer, last, clock.now());
  if (create && mayWrite()) {
    try {
      if (remove) await client.delete(serinResources.imageUpdates, { namespace, name: remove.metadata.name }, { signal });
      caches.updates.remember(await client.create(serinResources.imageUpdates, create, { signal }));
    } catch (error) {
      // A webhook was faster.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }
  // The digest counts as seen only once what follows from it is there.
  const image = taggedImage(text);
  memory.set(key, { at: clock.now(), latest, ...(digest === undefined || image === undefined ? {} : { digest, digestOf: image }) });
}

/** Looks at a policy when anything changes that it depends on. @returns how to stop */
function watch({ caches, shared }: Pick<ImageContext, 'caches' | 'shared'>, look: (key: string) => void, lookAtEverything: () => void): (() => void)[] {
  const those = (namespace: string | undefined, wanted: (workload: ImagePolicy['spec']['workload']) => boolean): void => {
    for (const policy of caches.policies.list({ namespace: namespace ?? '' })) if (wanted(policy.spec.workload)) look(keyOf(policy));
  };
  const on = <T extends KubernetesObject>(informer: Informer<T> | undefined, each: (change: Change<T>) => void): (() => void)[] => (informer ? [informer.onChange(each)] : []);
  return [
    ...on(caches.policies, (change) => {
      if (change.type !== 'changed' || change.before.metadata.generation !== change.object.metadata.generation || change.object.metadata.deletionTimestamp !== undefined) look(keyOf(change.object));
    }),
    ...on(caches.updates, ({ object }) => look(`${object.metadata.namespace ?? ''}/${object.spec.policy}`)),
    ...on(caches.approvals, ({ object }) => {
      const update = caches.updates.get({ namespace: object.metadata.namespace ?? '', name: object.spec.imageUpdate });
      if (update) look(`${update.metadata.namespace ?? ''}/${update.spec.policy}`);
    }),
    ...on(shared(resources.deployments), (change) => {
      const { namespace, name } = change.object.metadata;
      // A Deployment says something new many times in a release; its images seldom.
      if (change.type === 'changed' && deepEqual(imagesOf(change.before), imagesOf(change.object))) return;
      those(namespace, ({ deployment }) => deployment === undefined || deployment === name);
    }),
    ...on(shared(serinResources.releasePolicies), (change) => {
      if (change.type === 'changed' && change.before.metadata.generation === change.object.metadata.generation) return;
      those(change.object.metadata.namespace, ({ policy }) => policy === change.object.metadata.name);
    }),
    ...on(shared(serinResources.releases), ({ type, object }) => type === 'added' && those(object.metadata.namespace, () => true)),
    ...on(shared(resources.validatingAdmissionPolicies), lookAtEverything),
    ...on(shared(resources.validatingAdmissionPolicyBindings), lookAtEverything),
  ];
}

const imagesOf = ({ spec }: Deployment): unknown => [spec?.template.spec?.initContainers, spec?.template.spec?.containers].map((list) => list?.map(({ name, image }) => [name, image]));

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function nameOf(key: string): { namespace: string; name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

