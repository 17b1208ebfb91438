import { movingRelease, type Facts, type Section } from './facts.js';

/** Fields of shared objects that a release changed, and what becomes of them. */
export function borrowedSection(facts: Facts): Section {
  const release = movingRelease(facts);
  const lines: string[] = [];
  if (!release) return { title: 'What is borrowed', lines: ['Nothing: routes, Services and ReplicaSets are as their owners left them.'] };
  const { spec, status, metadata } = release;
  for (const { kind, name, found } of status?.claims ?? []) lines.push(`${kind} ${name} is steered by the release${isEmpty(found) ? '' : `; at its end this is put back: ${shortened(found)}`}.`);
  const held = status?.intent.holders;
  if (spec.workload.kind === 'Deployment') {
    lines.push(`Deployment ${spec.workload.name} is ${status?.intent.paused === false ? 'not paused' : 'paused, so that it does not roll out by itself; at the end it is not any more'}.`);
    if (held?.canary === 'release') lines.push(`ReplicaSet ${spec.canary.replicaSet} is controlled by the release; the Deployment gets it when it is stable.`);
    if (held?.stable === 'release') lines.push(`ReplicaSet ${spec.stable.replicaSet} is controlled by the release, too, until it is drained or back at full size.`);
  }
  if (lines.length === 0) lines.push(`Nothing yet: release ${metadata.name} has written to no shared object.`);
  return { title: 'What is borrowed', lines };
}

/** Whether there is nothing to put back: what it steers is its own for good. */
const isEmpty = (found: unknown): boolean => typeof found === 'object' && found !== null && Object.keys(found).length === 0;

/** What was found, short enough for a line. */
function shortened(found: unknown): string {
  const text = JSON.stringify(found) ?? 'nothing';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
