import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { cloneJson, isRecord } from '../../../kubernetes/json.js';
import { badRequestStatus, conflictStatus, notFoundStatus } from '../../../kubernetes/status.js';
import { doneAnswer, fail, type Answer } from '../request/answer.js';
import { parseObjectBody } from '../request/body.js';
import type { Call, ServerContext } from '../server-context.js';
import { timestamp } from '../writes/identity.js';
import { readWriteOptions } from '../writes/write-options.js';
import { keyOf } from './read.js';

/** Puts a Pod on a node, once. */
export async function bindPod(server: ServerContext, call: Call): Promise<Answer> {
  const { resource } = call.served.kind;
  const content = parseObjectBody(call.body, call.headers['content-type'], 'Binding');
  const target = isRecord(content) && isRecord(content['target']) ? content['target'] : {};
  const node = typeof target['name'] === 'string' && target['name'] !== '' ? target['name'] : fail(badRequestStatus('target.name: Required value'));
  const { dryRun } = readWriteOptions(call, 'CreateOptions');
  await server.store.write((transaction) => {
    const before = transaction.get(call.served.collection, keyOf(call)) ?? fail(notFoundStatus(resource, call.name ?? ''));
    const pod = cloneJson(before.object as Pod);
    if (pod.spec?.nodeName) {
      fail(conflictStatus({ ...resource, plural: 'pods/binding' }, call.name ?? '', `pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`));
    }
    if (pod.spec) pod.spec.nodeName = node;
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(server.clock.now()), observedGeneration: pod.metadata.generation ?? 1 };
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    pod.status = { ...pod.status, conditions: [...others, scheduled] };
    if (!dryRun) transaction.put(before.collection, before.key, pod);
  });
  return doneAnswer();
}
