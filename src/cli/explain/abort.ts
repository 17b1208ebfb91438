import { formatDuration } from '../../model/duration.js';
import type { Release } from '../../model/release.js';
import { makerOf } from '../output/policy-words.js';
import { plural } from '../output/quantities.js';
import { movingRelease, presentSplit, titleOf, versionOf, type Facts, type Section } from './facts.js';

/** What an abort would do at this moment. */
export function abortSection(facts: Facts): Section {
  const release = movingRelease(facts);
  return { title: 'At an abort now', lines: release ? [...consequences(facts, release), ...afterwards(facts, release)] : ['There is nothing to abort.', ...(facts.view.policy ? [goingBack(facts, facts.view.policy.metadata.name)] : [])] };
}

function goingBack({ view }: Facts, policy: string): string {
  const maker = view.policy && makerOf(view.policy);
  return maker ? `Going back is an update of its own: give the Pods of ${maker.kind} ${maker.name} the earlier template.` : `Going back is a release of its own: serin rollback ${policy}.`;
}

function consequences(facts: Facts, release: Release): string[] {
  const { status, spec } = release;
  if (spec.first) return ['There is no version to go back to: it is the first one of the program.'];
  switch (status?.phase ?? 'Preparing') {
    case 'HandingOver':
      return [`It is too late: the new version is stable already. ${goingBack(facts, spec.policy)}`];
    case 'Aborting':
    case 'LettingGo':
      return ['It is being taken back already.'];
    case 'Preparing':
      return ['Nobody has met the canary; routes are put back as they were found.'];
    default:
  }
  const replicas = facts.deployment?.spec.replicas ?? facts.view.policy?.spec.workload.inline?.replicas ?? versionOf(facts, 'stable')?.wanted ?? 0;
  const ready = versionOf(facts, 'stable')?.ready ?? 0;
  const canary = versionOf(facts, 'canary')?.pods.length ?? 0;
  const share = presentSplit(release)?.shares.canary ?? 0;
  const back = ready >= replicas
    ? `${share === 0 ? 'Whoever meets the canary by match or preview' : 'Everybody'} goes back to ${titleOf(facts, 'stable')}, at once: its ${plural(ready, 'Pod')} ${ready === 1 ? 'is' : 'are'} ready and can carry all.`
    : `Users go back to ${titleOf(facts, 'stable')}, as far as its ready Pods can carry them: ${ready} of ${replicas} now, the others are started first.`;
  if (spec.workload.old === 'Leave') return [back, 'Its Pods stay until what they belong to takes them away.'];
  return [back, `${plural(canary, 'canary Pod')} ${canary === 1 ? 'gets' : 'get'} ${formatDuration(spec.plan.drainMilliseconds)} to finish requests and ${canary === 1 ? 'goes' : 'go'}; then routes are put back as they were found.`];
}

function afterwards({ view }: Facts, { spec, status }: Release): string[] {
  if (status?.phase === 'HandingOver') return [];
  const { policy } = spec;
  const maker = view.policy && makerOf(view.policy);
  if (maker) return [`${maker.kind} ${maker.name} is Degraded until it asks for another version, or until: serin retry ${maker.kind.toLowerCase()}/${maker.name}.`];
  if (spec.workload.kind === 'Versions') return [`The policy holds until another version is wanted, or until: serin retry ${policy}.`];
  const home = spec.workload.kind === 'Deployment' ? `Deployment ${spec.workload.name} stays paused with the new template` : 'the policy keeps the new template';
  return [`Afterwards ${home} and waits for another version; it is tried again by serin retry ${policy}, and put back by serin rollback ${view.policy?.metadata.name ?? policy}.`];
}
