import { message, type Message } from '../model/messages.js';
import type { Role } from '../model/version.js';
import { formatTime } from './formatting.js';
import type { Observation } from './observation.js';

/** How much longer than it was given a Pod may take to end before it is held for stuck, in milliseconds. */
const PATIENCE = 15_000;

/** That the Pods of a version are to end, with the one that takes longest. @param count of those that are left @param now milliseconds since the epoch */
export function waitsForPodsGone(role: Role, { replicaSets }: Observation, count: number, now: number): Message {
  const [longest] = replicaSets[role]?.ending ?? [];
  if (!longest) return message('WaitsForPodsGone', { role, count, which: '' });
  const { pod, node, until } = longest;
  const where = `${pod}${node === '' ? '' : ` on node ${node}`}`;
  const remedy = node === '' ? '' : `; if the node is gone for good, delete it: kubectl delete node ${node}`;
  return message('WaitsForPodsGone', { role, count, which: now > until + PATIENCE ? ` (Pod ${where} was to end by ${formatTime(until)}${remedy})` : ` (Pod ${where})` });
}
