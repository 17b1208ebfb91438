import { describe, expect, it } from 'vitest';
import { everyKill } from '../every-kill.js';
import { playFrom, playOnce } from './story.js';
import { stories } from './stories.js';

/** Each kind of write once in each step of each story; all of them, which takes minutes, when this is set. */
const EVERY = everyKill;

describe('rule 5: a controller that is killed at any of its writes, the next one goes on', () => {
  it.each(Object.entries(stories))('%s', async (name, story) => {
    const { end, boundaries } = await playOnce(story);
    expect(end).toMatchObject({ phase: story.ends, finalizers: [] });
    const jobs = name.includes('Job') ? 1 : 0;
    expect(end).toMatchObject({ jobs });
    expect(boundaries.length).toBeGreaterThan(10);
    const chosen = EVERY ? boundaries : [...new Map(boundaries.map((boundary) => [boundary.name, boundary])).values()];
    for (const boundary of chosen) expect(await playFrom(story, boundary), `killed at ${boundary.name}`).toEqual(end);
    console.log(`${name}: killed at ${chosen.length} of ${boundaries.length} writes`);
  }, 600_000);
});
