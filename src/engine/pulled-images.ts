import { stepOf } from '../model/plan.js';
import type { PulledImage, RunningImage } from '../model/pulled-image.js';
import type { Release } from '../model/release.js';
import { consentWanted } from './analysis-steps.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';

/** How many are kept, so that a status stays small. What is not on record, nobody is taken to have known. */
const MOST = 16;

/** Whether anybody is asked in a release, so that it matters what they could know. */
const asksPeople = ({ spec, status }: Release, { frozen = [] }: Observation): boolean =>
  spec.consent !== undefined || frozen.length > 0 || status?.images !== undefined || spec.plan.steps.some((planned) => consentWanted(spec, stepOf(planned)) !== undefined);

/** Writes down what the canary's Pods turn out to run, before anything is held against it. */
export function keepPulledImages(draft: Draft, release: Release, observation: Observation): void {
  const { canaryImages = [] } = observation;
  const before = draft.status.images ?? [];
  if ((before.length === 0 && canaryImages.length === 0) || !asksPeople(release, observation)) return;
  draft.set({ images: pulledImages(before, canaryImages, new Date(draft.now).toISOString()) });
}

/**
 * What is on record after a look at the Pods: of each container the first digest for good, as that is what agreed those who agreed
 * before there was any; others as long as Pods run them without a break. @param now RFC 3339
 */
export function pulledImages(before: readonly PulledImage[], running: readonly RunningImage[], now: string): PulledImage[] {
  const runs = ({ container, digest }: RunningImage): boolean => running.some((each) => each.container === container && each.digest === digest);
  const known = before.flatMap((each): PulledImage[] => {
    const { container, digest, since } = each;
    if (runs(each)) return [{ container, digest, since: since ?? now }];
    return isFirst(each, before) ? [{ container, digest }] : [];
  });
  const added = running.filter((each) => !known.some(({ container, digest }) => container === each.container && digest === each.digest));
  const all = [...known, ...added.map(({ container, digest }) => ({ container, digest, since: now }))];
  // The first of each container goes before all others.
  return [...all.filter((each) => isFirst(each, all)), ...all.filter((each) => !isFirst(each, all))].slice(0, MOST);
}

/** Whether Pods run another digest than the first of their container: its image was pushed again. */
export const isPushedAgain = (pulled: readonly PulledImage[], running: readonly RunningImage[]): boolean =>
  running.some(({ container, digest }) => (pulled.find((each) => each.container === container)?.digest ?? digest) !== digest);

/**
 * What somebody who named no digest of a container could mean: what its Pods had run since before the word was said; the first that
 * they ran, where none did then. @param at of the word, milliseconds since the epoch; before everything when absent
 */
export function meantBy(at: number | undefined, container: string, pulled: readonly PulledImage[]): string[] {
  const own = pulled.filter((each) => each.container === container);
  const ran = own.filter(({ since }) => since !== undefined && at !== undefined && Date.parse(since) <= at);
  return (ran.length > 0 ? ran : own.slice(0, 1)).map(({ digest }) => digest);
}

const isFirst = ({ container, digest }: RunningImage, all: readonly RunningImage[]): boolean => all.find((each) => each.container === container)?.digest === digest;
