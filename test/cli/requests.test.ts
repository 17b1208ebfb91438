import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { deployment, getRelease, namespace, policy, service, setImage, settle, untilPhase, virtualService, web } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';

describe('retry, restart, hotfix and rollback --to', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  const command = (...args: string[]): Promise<CommandResult> => serin(driver, args);
  const inPhase = (phase: string): Promise<void> => driver.until(`the policy is ${phase}`, async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === phase);
  const image = async (): Promise<unknown> => (await driver.run(() => driver.client.get(resources.deployments, web))).spec.template.spec?.containers[0]?.image;

  it('retry tries a version that was taken back again', async () => {
    await settle(driver);
    expect((await command('retry', 'web')).err).toMatch(/^serin: policy web holds no version that was taken back: .* is stable; waits for a new version\. A version that is stable already is started again by: serin restart web\.\n$/);
    driver.traffic.failing.canary = 0.5;
    await setImage(driver, 'web:v2');
    expect((await command('wait', 'web')).code).toBe(3);
    await inPhase('Holding');
    expect((await command('restart', 'web')).err).toContain('Go back first with: serin rollback web; or try it again with: serin retry web.');
    driver.traffic.failing.canary = 0;
    expect((await command('retry', 'web')).out).toMatch(/^web-\w+, which web-1 took back \(TooManyFailures\), is tried again from the first step\.\n/);
    expect((await untilPhase(driver, ['Completed', 'Aborted'], 'web-2')).status?.phase).toBe('Completed');
    expect((await command('retry', 'web-2')).err).toContain('there is no policy "web-2"');
  });

  it('restart replaces all Pods by a release of its own', async () => {
    await settle(driver);
    const names = async (): Promise<string[]> => (await driver.run(() => driver.client.list(resources.pods, { namespace }))).items.map(({ metadata }) => metadata.name);
    const before = await names();
    expect((await command('restart', 'web')).out).toMatch(/^The Pods of web are replaced by new ones of the same version\.\nA release leads there, step by step\./);
    await untilPhase(driver, ['Preparing', 'Progressing']);
    expect((await command('restart', 'web')).err).toContain('release web-1 is under way, and a restart would be a newer version that takes its place.');
    await untilPhase(driver, ['Completed']);
    await inPhase('Resting');
    expect((await names()).filter((name) => before.includes(name))).toEqual([]);
    expect(await image()).toBe('web:v1');
  });

  it('hotfix lets the next release out unjudged and keeps the reason', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }, { analyze: { for: '1h' } }]) });
    expect((await command('hotfix', 'web')).code).toBe(2);
    expect((await command('hotfix', 'web', '--reason', ' ')).err).toContain('--reason: say why');
    expect((await command('hotfix', 'web', '--reason', 'outage')).out).toBe('The next release of web goes out without shares in between, pauses, analyses and Jobs: outage\nPods that crash or do not get ready still take it back.\nNow bring the new version.\n');
    expect((await command('hotfix', 'web', '--reason', 'outage')).out).toMatch(/^That is said already\./);
    await setImage(driver, 'web:v2');
    const release = await untilPhase(driver, ['Completed', 'Aborted']);
    expect(release).toMatchObject({ spec: { hotfix: 'outage' }, status: { phase: 'Completed' } });
    expect((await command('history', 'web')).out).toMatch(/hotfix: outage\n$/);
    expect((await command('status', 'web-1')).out).toContain('hotfix, not judged: outage');
  });

  it('rollback --to goes back to any version whose ReplicaSet is kept', async () => {
    await settle(driver);
    for (const [number, tag] of ['v2', 'v3'].entries()) {
      await setImage(driver, `web:${tag}`);
      await untilPhase(driver, ['Completed'], `web-${number + 1}`);
      await inPhase('Resting');
    }
    expect((await command('rollback', 'web', '--to', 'nope')).err).toMatch(/^serin: the history has no release, hash, ReplicaSet or image "nope"\. There are web-\w+ \(web:v3\), web-\w+ \(web:v2\), web-\w+ \(web:v1\)\.\n$/);
    expect((await command('rollback', 'web', '--to', 'web-2')).err).toMatch(/^serin: web-\w+ is stable already, and the workload asks for it\.\n$/);
    expect((await command('rollback', 'web', '--to', 'web:v1')).out).toMatch(/^The workload asks for web-\w+ again instead of web-\w+\.\nA release leads there\. No Pod of it runs, so they start first, and the release takes the steps of the policy\./);
    expect(await image()).toBe('web:v1');
    await untilPhase(driver, ['Completed'], 'web-3');
    await inPhase('Resting');
    const second = await getRelease(driver, 'web-1');
    expect((await command('rollback', 'web', '--to', second?.spec.canary.hash ?? '')).code).toBe(0);
    expect(await image()).toBe('web:v2');
    await untilPhase(driver, ['Completed'], 'web-4');
    await inPhase('Resting');
    await driver.run(() => driver.client.delete(resources.replicaSets, { namespace, name: second?.spec.stable.replicaSet ?? '' }));
    expect((await command('rollback', 'web', '--to', second?.spec.stable.replicaSet ?? '')).err).toContain('is in the history, but its ReplicaSet was deleted and its template with it');
  });

  it('rollback --to in the middle of a release aborts it, or takes its place', async () => {
    await settle(driver);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    await inPhase('Resting');
    await driver.run(() => driver.client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { strategy: { canary: { steps: [{ weight: 10 }, { pause: {} }] } } } } }));
    await setImage(driver, 'web:v3');
    const moving = await untilPhase(driver, ['Progressing'], 'web-2');
    expect((await command('rollback', 'web', '--to', moving.spec.canary.replicaSet)).err).toContain('is what release web-2 brings just now.');
    expect((await command('rollback', 'web', '--to', 'web:v1')).out).toContain('Release web-2 is taken back, because a newer version takes its place.');
    expect((await untilPhase(driver, ['Aborted'], 'web-2')).status?.abortReason).toBe('Superseded');
    await untilPhase(driver, ['Progressing'], 'web-3');
    expect((await command('rollback', 'web', '--to', 'web:v2')).out).toContain('A release is under way, so it is aborted.');
    expect((await untilPhase(driver, ['Aborted'], 'web-3')).status?.abortReason).toBe('AbortedByUser');
  });
});

describe('versions that users run, in the hands of a person', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  it('are planned, shown, gone back to by name, and not restarted', async () => {
    const command = (...args: string[]): Promise<CommandResult> => serin(driver, args);
    const version = (name: string, replicas: number) => {
      const { spec, ...base } = deployment(`web:${name}`, replicas);
      const labels = { app: 'web', version: name };
      return { ...base, metadata: { name: `web-${name}`, namespace }, spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { name: '', labels } } } };
    };
    const given = policy([{ weight: 50 }, { pause: {} }]);
    await driver.run(async () => {
      await driver.client.create(resources.services, service);
      await driver.client.create(resources.virtualServices, virtualService);
      await driver.client.create(resources.deployments, version('v1', 4));
      await driver.client.create(serinResources.releasePolicies, { ...given, spec: { ...given.spec, workload: { versions: { list: [{ deployment: 'web-v1' }, { deployment: 'web-v2' }], want: 'web-v1' } } } });
    });
    const phase = (wanted: string): Promise<void> => driver.until(`the policy is ${wanted}`, async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === wanted);
    await phase('Resting');
    await driver.run(() => driver.client.create(resources.deployments, version('v2', 0)));
    const planned = (await command('plan', 'web')).out;
    expect(planned).toContain('web-v1 is stable and wanted; shown is the way to web-v2.');
    expect(planned).toMatch(/--- Deployment web-v2\n\+\+\+ Deployment web-v2\n@@ .* @@\n(?: .*\n)*-  replicas: 0\n\+  replicas: 2\n/);
    expect((await command('restart', 'web')).err).toBe('serin: policy web moves traffic between Deployments that you run, so their Pods are yours to restart: kubectl rollout restart deployment/web-v1.\n');
    expect((await command('rollback', 'web', '--to', 'web-v3')).err).toBe('serin: policy web lists no version "web-v3". There are web-v1, web-v2.\n');
    expect((await command('rollback', 'web', '--to', 'web-v2')).out).toMatch(/^The policy wants web-v2 again instead of web-v1\.\nA release leads there\. No Pod of it runs/);
    await driver.until('the pause', async () => (await getRelease(driver))?.status?.message?.startsWith('Pauses') ?? false);
    expect((await command('explain', 'web')).out).toContain('The canary, web:v2 (web-v2): 2 of 2 Pods ready.');
    await command('resume', 'web');
    await untilPhase(driver, ['Completed']);
    await phase('Resting');
    expect((await command('rollback', 'web')).out).toMatch(/^The policy wants web-v1 again instead of web-v2\./);
    expect((await untilPhase(driver, ['Progressing'], 'web-2')).spec.canary.replicaSet).toBe('web-v1');
  });
});
