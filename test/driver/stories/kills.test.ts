import { describe, expect, it } from 'vitest';
import { playFrom, playOnce } from './story.js';
import { stories } from './stories.js';

describe('rule 5: a controller that is killed at any of its writes, the next one goes on', () => {
  it.each(Object.entries(stories))('%s', async (name, story) => {
    const { end, boundaries } = await playOnce(story);
    expect(end).toMatchObject({ phase: story.ends, finalizers: [] });
    const jobs = name.includes('Job') ? 1 : 0;
    expect(end).toMatchObject({ jobs });
    expect(boundaries.length).toBeGreaterThan(10);
    for (const [index, boundary] of boundaries.entries()) {
      expect(await playFrom(story, boundary), `killed at ${index}, ${boundary.name}`).toEqual(end);
    }
    console.log(`${name}: ${boundaries.length} boundaries`);
  }, 120_000);
});
