import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { getRelease, namespace, policy, setImage, settle, untilPhase, web } from '../driver/program.js';
import { serin, start, type CommandResult } from './driven-shell.js';

describe('a release in the hands of a person', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  const command = (...args: string[]): Promise<CommandResult> => serin(driver, args);
  const step = async (): Promise<number> => (await getRelease(driver))?.status?.step.index ?? -1;
  const atStep = (index: number): Promise<void> => driver.until(`step ${index}`, async () => ((await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.step.index ?? -1) >= index);

  it('[S4-17] waits at a pause until resume, and goes on', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }, { weight: 100 }]) });
    await setImage(driver, 'web:v2');
    await atStep(1);
    expect((await command('status', 'web')).out).toContain('Pauses until someone goes on: serin resume web-1.');
    await driver.clock.advance(120_000);
    expect(await step()).toBe(1);
    expect(await command('resume', 'web')).toMatchObject({ code: 0, out: 'Release web-1 goes on.\nNext: 100 % to the canary. Follow it with: serin status web-1 --watch.\n' });
    expect(await command('wait', 'web-1')).toMatchObject({ code: 0, out: 'Release web-1 is complete.\n' });
    expect(await command('resume', 'web')).toMatchObject({ code: 1, err: 'serin: release web-1 has ended (Completed); there is nothing to resume.\n' });
  });

  it('holds when it is paused, says how it goes on, and promote skips an analysis', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { analyze: { for: '10m' } }, { weight: 100 }]) });
    await setImage(driver, 'web:v2');
    await atStep(1);
    expect((await command('resume', 'web')).err).toMatch(/^serin: release web-1 is not paused: .* Go on without waiting with: serin promote web-1\.\n$/);
    expect((await command('pause', 'web')).out).toBe('Release web-1 is paused.\nIts shares stay as they are; a bad version is still taken back. It goes on with: serin resume web-1.\n');
    expect((await command('pause', 'web')).out).toContain('Release web-1 is paused already.');
    await driver.until('it says that it is paused', async () => (await driver.client.get(serinResources.releases, { namespace, name: 'web-1' })).status?.message?.startsWith('Paused by a person') ?? false);
    expect((await command('status', 'web')).out).toMatch(/release web-1 {2}Progressing {2}paused/);
    expect((await command('promote', 'web')).out).toBe('Release web-1 goes on to step 3 of 4.\nNext: 100 % to the canary. Follow it with: serin status web-1 --watch.\n');
    expect((await untilPhase(driver, ['Completed', 'Aborted'])).status?.phase).toBe('Completed');
  });

  it('promote --full goes through all stops', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }, { analyze: { for: '1h' } }, { pause: { for: '1h' } }]) });
    await setImage(driver, 'web:v2');
    await atStep(1);
    expect((await command('promote', 'web', '--full')).out).toContain('Release web-1 goes through its remaining steps without a stop.');
    expect((await command('wait', 'web', '--timeout', '2m')).code).toBe(0);
  });

  it('[S4-23] abort brings users back to the old version, and the record says who did it', async () => {
    await settle(driver, { policy: policy([{ weight: 50 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await atStep(1);
    expect(await command('abort', 'web')).toMatchObject({ code: 0, out: expect.stringMatching(/^Release web-1 is taken back\.\nUsers go back to web-\w+\. Follow it/) as string });
    expect((await command('promote', 'web')).err).toContain('is being taken back');
    expect(await command('wait', 'web-1')).toMatchObject({ code: 3, err: expect.stringContaining('serin: release web-1 was taken back (AbortedByUser).\n') as string });
    expect((await command('history', 'web')).out).toMatch(/Aborted .* by admin, within \d+s +someone asked for it/);
    const route = await driver.run(() => driver.client.get(resources.virtualServices, web));
    expect(route.spec.http?.[0]?.route).toEqual([{ destination: { host: 'web' } }]);
  });

  it('[S1-20] [S4-08] the history answers whether it was tested, how it was taken back and how fast', async () => {
    await settle(driver);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    driver.traffic.failing.canary = 0.5;
    await driver.until('the policy rests', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Resting');
    await setImage(driver, 'web:v3');
    expect((await command('wait', 'web', '--timeout', '5m')).code).toBe(3);
    const history: unknown = JSON.parse((await command('history', 'web', '-o', 'json')).out);
    expect(history).toMatchObject([
      { number: 2, outcome: 'Aborted', judged: 'fail', takenBackBy: 'Serin', takenBackWithin: expect.any(Number) as number, met: { failures: expect.any(Number) as number } },
      { number: 1, outcome: 'Completed', judged: expect.stringMatching(/^(pass|undecided)$/) as string, reached: 1000 },
    ]);
    expect((await command('history', 'web')).out.split('\n')[0]).toMatchInlineSnapshot(`"NUMBER   FROM             TO               OUTCOME     TOOK   REACHED   MET IT   FAILED   JUDGED      TAKEN BACK             WHY"`);
  });

  it('rollback releases the version before; a version that was taken back only leaves the template', async () => {
    await settle(driver);
    expect((await command('rollback', 'web')).err).toMatch(/^serin: no release led to web-\w+, so no version before it is on record\.\n$/);
    await setImage(driver, 'web:v2');
    expect((await command('wait', 'web')).code).toBe(0);
    expect((await command('rollback', 'web')).out).toMatch(/^The workload asks for web-\w+ again instead of web-\w+\.\nA release leads there\./);
    expect((await command('wait', 'web')).out).toBe('Release web-2 is complete.\n');
    const image = async (): Promise<unknown> => (await driver.run(() => driver.client.get(resources.deployments, web))).spec.template.spec?.containers[0]?.image;
    expect(await image()).toBe('web:v1');

    driver.traffic.failing.canary = 0.5;
    await setImage(driver, 'web:v3');
    expect((await command('wait', 'web')).code).toBe(3);
    expect((await command('rollback', 'web')).out).toMatch(/it is what runs, so there is nothing to release\.\n$/);
    expect(await image()).toBe('web:v1');
    await driver.until('the policy rests', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Resting');
    expect(await getRelease(driver, 'web-4')).toBeUndefined();
  });

  it('rollback in the middle of a release aborts it', async () => {
    await settle(driver, { policy: policy([{ weight: 50 }, { pause: {} }]) });
    await setImage(driver, 'web:v2');
    await atStep(1);
    expect((await command('rollback', 'web')).out).toContain('A release is under way, so it is aborted. Release web-1 is taken back.');
    expect((await command('wait', 'web-1', '--for=aborted')).code).toBe(0);
  });

  it('wait knows its ends: completed, aborted, ended, too late', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
    expect(await command('wait', 'web')).toMatchObject({ code: 0, out: expect.stringContaining('No release of web is under way') as string });
    await setImage(driver, 'web:v2');
    const late = await command('wait', 'web', '--timeout', '30s');
    expect(late.code).toBe(4);
    expect(late.err).toContain('serin: not completed within 30s: Pauses until someone goes on: serin resume web-1.');
    const waiting = start(driver, ['wait', 'web', '--for=aborted']);
    await command('resume', 'web');
    expect(await driver.run(() => waiting.result)).toMatchObject({ code: 1, err: expect.stringContaining('release web-1 is complete.') as string });
    expect((await command('wait', 'web-1', '--for=ended')).code).toBe(0);
    expect((await command('wait', 'web', '--timeout', 'soon')).code).toBe(2);
    expect((await command('wait', 'wbe')).err).toContain('there is no policy or release "wbe" in namespace default. Did you mean web?');
  });
});
