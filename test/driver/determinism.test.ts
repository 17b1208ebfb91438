import { describe, expect, it } from 'vitest';
import { Driver, serinResources } from './driver.js';
import { setImage, settle, web } from './program.js';

/** Plays a whole release. @returns every commit in order, and every object in the end */
async function play(seed: number): Promise<{ commits: string[]; objects: string[]; events: string[] }> {
  const driver = new Driver({ seed });
  const commits: string[] = [];
  driver.onCommit(({ type, version, stored }) => commits.push(`${driver.clock.now()} ${version} ${type} ${stored.collection} ${stored.key} ${stored.text}`));
  await driver.start();
  await settle(driver);
  driver.traffic.failing.canary = seed % 2 === 0 ? 0 : 0.3;
  await setImage(driver, 'web:v2');
  await driver.until('the policy is at rest again', () => driver.object(serinResources.releasePolicies, web)?.status?.concluded === 'web-1');
  await driver.pass(3);
  const objects = driver.save().content.objects.map(({ collection, key, text }) => `${collection} ${key} ${text}`).sort();
  const events = driver.events.map(({ code }) => code);
  await driver.stop();
  return { commits, objects, events };
}

describe('rule 10, on the whole system', () => {
  it.each([40, 41])('seed %s gives the same commits, objects and events twice', async (seed) => {
    const [first, second] = [await play(seed), await play(seed)];
    expect(first.commits.length).toBeGreaterThan(80);
    expect(second.events).toEqual(first.events);
    expect(second.commits).toEqual(first.commits);
    expect(second.objects).toEqual(first.objects);
  });
});
