import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RolloutState } from './rollout-state.js';
import type { RolloutStory } from './rollout-story.js';

/** The file with what Argo Rollouts itself made of a story; `make record-rollouts` writes it. */
export const recordingOf = ({ name }: RolloutStory): string => join(import.meta.dirname, 'recorded', `${name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}.json`);

/** The last state of each part, by its name; that before the first part is `begun`. */
export const recorded = (story: RolloutStory): Readonly<Record<string, RolloutState>> => JSON.parse(readFileSync(recordingOf(story), 'utf8')) as Record<string, RolloutState>;
