import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { Binding, Node, Pod, PodCondition } from '../../../kubernetes/generated/core-v1.js';
import type { Resource } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { isPodFinished, podCondition } from '../pods/pod-state.js';
import { decideNode, SCHEDULER_NAME, waitsForNode } from './decide.js';

/** A binding that the cache does not show yet counts as taken for so long. */
const ASSUMED_MS = 30_000;

/** Gives each Pod a node that has room for it, or says on the Pod why none has. */
export class Scheduler implements Controller {
  readonly #context: WorkloadContext;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #loop: WorkQueue;
  readonly #assumed = new Map<string, { node: string; until: number }>();
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#pods = context.informers.of(resources.pods);
    this.#nodes = context.informers.of(resources.nodes);
    // One at a time: each decision has to see the room that the one before it took.
    this.#loop = createKeyLoop({ ...context, name: 'scheduler', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = [
      this.#pods.onChange(({ type, object }) => {
        if (type === 'deleted' || (object.spec.nodeName ?? '') !== '') this.#assumed.delete(object.metadata.uid ?? '');
        if (type === 'deleted' || isPodFinished(object)) this.#addWaiting();
        else if (waitsForNode(object)) this.#loop.add(keyOf(object));
      }),
      this.#nodes.onChange(() => this.#addWaiting()),
    ];
    this.#addWaiting();
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  #addWaiting(): void {
    for (const pod of this.#pods.list()) if (waitsForNode(pod)) this.#loop.add(keyOf(pod));
  }

  async #sync(key: string, signal: AbortSignal): Promise<undefined> {
    const pod = this.#pods.get(nameOf(key));
    if (!pod || !waitsForNode(pod) || this.#nodeOf(pod) !== undefined) return;
    const decision = decideNode(pod, this.#nodes.list(), this.#podsByNode());
    if (decision.kind === 'bind') await this.#bind(pod, decision.node, signal);
    else await this.#refuse(pod, decision.message, signal);
  }

  #podsByNode(): Map<string, Pod[]> {
    const byNode = new Map<string, Pod[]>();
    for (const pod of this.#pods.list()) {
      const node = this.#nodeOf(pod);
      if (node === undefined || isPodFinished(pod)) continue;
      byNode.set(node, [...(byNode.get(node) ?? []), pod]);
    }
    return byNode;
  }

  #nodeOf(pod: Pod): string | undefined {
    if ((pod.spec.nodeName ?? '') !== '') return pod.spec.nodeName;
    const assumed = this.#assumed.get(pod.metadata.uid ?? '');
    return assumed && assumed.until > this.#context.clock.monotonic() ? assumed.node : undefined;
  }

  async #bind(pod: Pod, node: string, signal: AbortSignal): Promise<void> {
    const { client, clock, events } = this.#context;
    const { name, namespace, uid } = pod.metadata;
    const binding: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    };
    this.#assumed.set(uid ?? '', { node, until: clock.monotonic() + ASSUMED_MS });
    try {
      await client.create(bindingOf(pod), binding, { signal });
    } catch (error) {
      this.#assumed.delete(uid ?? '');
      if (isNotFound(error) || isConflict(error)) return;
      throw error;
    }
    events.record(SCHEDULER_NAME, pod, { type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${keyOf(pod)} to ${node}` });
  }

  async #refuse(pod: Pod, message: string, signal: AbortSignal): Promise<void> {
    const former = podCondition(pod, 'PodScheduled');
    if (former?.status === 'False' && former.reason === 'Unschedulable' && former.message === message) return;
    const condition: PodCondition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastTransitionTime: (former?.status === 'False' ? former.lastTransitionTime : undefined) ?? timestamp(this.#context.clock.now()),
    };
    const body = { status: { conditions: [condition] } };
    this.#pods.remember(await this.#context.client.patch(resources.pods, nameOf(keyOf(pod)), { kind: 'strategic', body }, { subresource: 'status', signal }));
    this.#context.events.record(SCHEDULER_NAME, pod, { type: 'Warning', reason: 'FailedScheduling', message });
  }
}

/** The binding subresource of one Pod; it can only be created. */
function bindingOf(pod: Pod): Resource<Binding> {
  return { group: '', version: 'v1', kind: 'Binding', plural: `pods/${encodeURIComponent(pod.metadata.name)}/binding`, namespaced: true };
}
