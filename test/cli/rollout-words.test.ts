import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RolloutStage } from '../driver/rollout-stage.js';
import { serin } from './driven-shell.js';

describe('a release that a Rollout asked for, in words', () => {
  let stage: RolloutStage;
  beforeEach(async () => {
    stage = new RolloutStage();
    await stage.start();
    await stage.create('rollout');
    await stage.until({ phase: 'Healthy', step: 5 });
    await stage.setImage('1.1.0');
    await stage.until({ phase: 'Paused', step: 1 });
  });
  afterEach(() => stage.driver.stop());
  const said = async (...args: string[]): Promise<string> => (await serin(stage.driver, [...args, '-n', 'pregap'])).out;

  it('is that of the Rollout, in status, list and explanation', async () => {
    expect(await said('get')).toMatch(/^rollout-pregap +rollout\/rollout-pregap +Releasing/m);
    const status = await said('status', 'rollout-pregap');
    expect(status).toMatch(/^policy rollout-pregap {2}Releasing {2}Rollout rollout-pregap, canary, two Services$/m);
    expect(status).toMatch(/stable +90 % +90 % +90 %/);
    const explained = await said('explain', 'rollout-pregap');
    expect(explained).toContain('Policy rollout-pregap releases Rollout rollout-pregap by the canary strategy');
    expect(explained).toContain('serin promote rollout/rollout-pregap is what kubectl argo rollouts promote does.');
    expect(explained).toContain('Rollout rollout-pregap is Degraded until it asks for another version, or until: serin retry rollout/rollout-pregap.');
    expect(explained).toContain('Service rollouts-pregap-stable is steered by the release.');
    expect(explained).not.toContain('{}');
  });

  it('may be promoted and taken back as any release, and the Rollout says so', async () => {
    expect((await serin(stage.driver, ['promote', 'rollout-pregap', '-n', 'pregap'])).code).toBe(0);
    await stage.until({ phase: 'Paused', step: 3, weight: '50' });
    expect((await serin(stage.driver, ['abort', 'rollout-pregap', '-n', 'pregap'])).code).toBe(0);
    await stage.until({ phase: 'Degraded', step: 0, weight: '0', pods: { '1.0.0': 2 } });
    expect(stage.rollout()?.status).toMatchObject({ abort: true });
  });
});
