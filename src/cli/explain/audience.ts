import { formatDuration } from '../../model/duration.js';
import { describeMatch, describeMirrored } from '../../model/match.js';
import { WHOLE } from '../../model/split.js';
import { formatShare, plural } from '../output/quantities.js';
import { movingRelease, presentSplit, versionOf, type Facts, type Section } from './facts.js';

/** Who meets the canary. */
export function audienceSection(facts: Facts): Section {
  return { title: 'Who meets the new version', lines: audience(facts) };
}

function audience(facts: Facts): string[] {
  const release = movingRelease(facts);
  if (!release) return ['Nobody: no release is under way.'];
  const { shares: known, evidence } = release.status ?? {};
  if (!release.spec.router && release.spec.service === undefined) {
    const [canary, stable] = [versionOf(facts, 'canary')?.ready ?? 0, versionOf(facts, 'stable')?.ready ?? 0];
    return [`Nobody calls this program; the canary does its part of the work: ${canary} of ${plural(canary + stable, 'ready Pod')}.`];
  }
  const split = presentSplit(release);
  if (!split) return ['Nobody yet: routes are as they were found.'];
  const { shares, matches = [], mirror, mirrors = [], preview, sticky } = split;
  const asked = shares.canary;
  const lines = [asked === 0 ? 'No share of the requests goes to the canary.' : asked >= WHOLE ? 'Everybody: all requests go to the canary.' : `${formatShare(asked)} of the requests go to the canary, ${formatShare(shares.stable)} to stable.`];
  const accepted = known?.accepted?.canary;
  if (accepted !== undefined && accepted !== asked) lines.push(`That is asked for; the router has taken over ${formatShare(accepted)} so far.`);
  const counted = known?.counted?.canary;
  if (counted !== undefined && asked > 0 && asked < WHOLE) lines.push(`Counted on real requests since the share last moved: ${formatShare(counted)}.`);
  for (const match of matches) lines.push(`Besides, every request with ${describeMatch(match)} goes to the canary.`);
  if (mirror !== undefined) lines.push(`The canary gets a copy of ${formatShare(mirror)} of the requests; its answers to them are dropped.`);
  for (const each of mirrors) lines.push(`The canary gets a copy of ${describeMirrored(each)}; its answers to them are dropped.`);
  if (preview?.path !== undefined) lines.push(`Who asks for it sees the canary below the path ${preview.path} on the live hosts.`);
  if (preview?.host !== undefined) lines.push(`Who asks for it sees the canary at the host ${preview.host}.`);
  if (preview?.service !== undefined) lines.push(`Inside the cluster the Service ${preview.service} leads to the canary alone.`);
  if (sticky) lines.push(`Users stay with the version that they met for ${formatDuration(sticky.maxAgeSeconds * 1000)}, by the cookie ${sticky.cookie} (${release.spec.canary.hash} is the canary's value, ${release.spec.stable.hash} stable's).`);
  if (evidence && evidence.canary.requests > 0) lines.push(`${plural(evidence.canary.requests, 'request')} met it so far; ${evidence.canary.failures} failed.`);
  return lines;
}
