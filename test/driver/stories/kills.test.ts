import { describe, expect, it } from 'vitest';
import { chosenKinds } from '../chosen-kills.js';
import { playFrom, playOnce } from './story.js';
import { stories } from './stories.js';

describe('rule 5: a controller that is killed at any of its writes, the next one goes on', () => {
  it.each(Object.entries(stories))('%s', async (name, story) => {
    const { end, boundaries } = await playOnce(story);
    expect(end).toMatchObject({ phase: story.ends, finalizers: [] });
    const jobs = name.includes('Job') ? 1 : 0;
    expect(end).toMatchObject({ jobs });
    expect(boundaries.length).toBeGreaterThan(10);
    const chosen = chosenKinds(boundaries);
    for (const boundary of chosen) expect(await playFrom(story, boundary), `killed at ${boundary.name}`).toEqual(end);
    console.log(`${name}: killed at ${chosen.length} of ${boundaries.length} writes`);
  }, 600_000);
});
