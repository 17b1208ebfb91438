import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Loop } from '../../src/cluster/loop.js';
import type { NotificationChannel } from '../../src/model/notifications/notification-channel.js';
import type { ReleaseStatus } from '../../src/model/release.js';
import { recipeNames, type RecipeName } from '../../src/notifications/testing/recipe-limits.js';
import { RecipeServer, type Answered } from '../../src/notifications/testing/recipe-server.js';
import { channelStatus, notificationsOf, writeRelease, writeSecret } from './channels.js';
import { Driver, serinResources } from './driver.js';
import { namespace } from './program.js';

const driver = new Driver({ seed: 96 });
const servers = Object.fromEntries(recipeNames.map((name) => [name, new RecipeServer(name, () => driver.clock.now())])) as Record<RecipeName, RecipeServer>;
const ROUTING_KEY = 'R0utingK3y'.padEnd(32, '0');
let loop: Loop;

const secretOf = (name: RecipeName, wrong = false): Record<string, string> => (name === 'pagerduty' ? { routingKey: wrong ? 'R-s3cret' : ROUTING_KEY } : { url: wrong ? servers[name].wrongUrl : servers[name].url });
/** The recipe as the documentation has it, but for the address of PagerDuty; all are told of what PagerDuty is told of. */
const recipe = (name: RecipeName): NotificationChannel => {
  const { metadata, spec, ...rest } = parse(readFileSync(new URL(`../../examples/notifications/${name}.yaml`, import.meta.url), 'utf8')) as NotificationChannel;
  const webhook = spec.webhook?.url === undefined ? spec.webhook : { ...spec.webhook, url: servers[name].url };
  return { ...rest, metadata: { ...metadata, namespace }, spec: { ...spec, events: ['takenBack', 'stuck', 'promoted'], ...(webhook ? { webhook } : {}) } };
};
const each = <T>(of: (name: RecipeName) => T): Record<string, T> => Object.fromEntries(recipeNames.map((name) => [name, of(name)]));
const end = (name: string, phase: 'Aborted' | 'Completed'): Promise<void> => {
  const change: Partial<ReleaseStatus> = { phase, step: { index: 1, startedAt: time() }, startedAt: '2025-01-01T00:00:00Z', endedAt: time(), ...(phase === 'Aborted' ? { abortReason: 'TooManyFailures' } : {}), evidence: { stable: { requests: 160, failures: 1 }, canary: { requests: 40, failures: 12 } } };
  return writeRelease(driver, name, change);
};
const time = (): string => new Date(driver.clock.now()).toISOString();
/** What was asked of a service about this release. */
const about = (name: RecipeName, release: string): Answered[] => servers[name].answered.filter(({ body }) => JSON.stringify(body).includes(release));

beforeAll(async () => {
  await Promise.all(recipeNames.map((name) => servers[name].http.start()));
  await driver.startCluster();
  loop = notificationsOf(driver, driver.client, () => true, { findPage: () => Promise.resolve('https://serin.test') });
  await driver.run(async () => {
    for (const name of recipeNames) {
      await writeSecret(driver, name, secretOf(name));
      await driver.client.create(serinResources.notificationChannels, recipe(name));
    }
  });
  await driver.until('the channels are ready', () => recipeNames.every((name) => channelStatus(driver, name)?.message === 'Ready.'));
});
afterAll(async () => {
  await driver.run(() => loop.stop());
  await driver.stop();
  await Promise.all(recipeNames.map((name) => servers[name].http.stop()));
});

it('are taken, after a pause where a service says that there were too many', async () => {
  for (const name of recipeNames) servers[name].limited = 1;
  await end('web-1', 'Aborted');
  await driver.until('all took it', () => recipeNames.every((name) => channelStatus(driver, name)?.sent === 1));
  expect(each((name) => about(name, 'web-1').map(({ status, taken }) => `${status}${taken ? '' : ' refused'}`))).toEqual({
    teams: ['429 refused', '202'], discord: ['429 refused', '204'], wecom: ['200 refused', '200'], pagerduty: ['429 refused', '202'],
  });
  for (const name of recipeNames) {
    const [first, second] = about(name, 'web-1');
    expect(second, name).toMatchObject({ key: first?.key, body: first?.body });
    // Retry-After of those that send one; two seconds, more or less, after all others.
    expect((second?.at ?? 0) - (first?.at ?? 0), name).toBeGreaterThanOrEqual({ teams: 20_000, discord: 15_000, wecom: 1500, pagerduty: 1500 }[name]);
    expect((second?.at ?? 0) - (first?.at ?? 0), name).toBeLessThan(25_000);
  }
  expect(each((name) => channelStatus(driver, name)?.failed)).toEqual(each(() => undefined));
});

it('are given up at once, and counted as failed, where the key is wrong; WeCom says so in a 200', async () => {
  await driver.run(async () => {
    for (const name of recipeNames) await writeSecret(driver, name, secretOf(name, true));
  });
  await end('web-2', 'Aborted');
  await driver.until('all are given up', () => recipeNames.every((name) => channelStatus(driver, name)?.failed === 1));
  await driver.pass(5);
  expect(each((name) => about(name, 'web-2').map(({ status }) => status))).toEqual({ teams: [401], discord: [404], wecom: [200], pagerduty: [400] });
  expect(each((name) => channelStatus(driver, name)?.message)).toEqual({
    teams: expect.stringMatching(/^A message was given up: The webhook answered 401: .*AuthorizationFailed/) as string,
    discord: expect.stringMatching(/^A message was given up: The webhook answered 404: .*Unknown Webhook/) as string,
    wecom: expect.stringMatching(/^A message was given up: The webhook refused: .*93000.*invalid webhook url/) as string,
    pagerduty: expect.stringMatching(/^A message was given up: The webhook 127\.0\.0\.1:\d+ answered 400: .*should be 32 characters/) as string,
  });
  expect(each((name) => channelStatus(driver, name)?.sent)).toEqual(each(() => 1));
  expect(driver.notes.filter(({ reason }) => reason === 'MessageGivenUp')).toHaveLength(4);
  expect(JSON.stringify([driver.errors, driver.notes, recipeNames.map((name) => channelStatus(driver, name))])).not.toMatch(/s3cret|R0uting/);
});

it('are given up after five tries where there are too many all the time', async () => {
  await driver.run(async () => {
    for (const name of recipeNames) await writeSecret(driver, name, secretOf(name));
  });
  servers.wecom.limited = 100;
  await end('web-3', 'Aborted');
  await driver.until('the others took it', () => recipeNames.every((name) => name === 'wecom' || channelStatus(driver, name)?.sent === 2));
  await driver.clock.advance(90_000);
  await driver.until('WeCom is given up', () => channelStatus(driver, 'wecom')?.failed === 2, 400);
  expect(about('wecom', 'web-3').map(({ taken }) => taken)).toEqual([false, false, false, false, false]);
  expect(channelStatus(driver, 'wecom')).toMatchObject({ sent: 1, message: expect.stringContaining('45009') as string, conditions: [{ status: 'False', reason: 'GivenUp' }] });
  servers.wecom.limited = 0;
});

it('end the alert of PagerDuty under the key by which it began', async () => {
  await writeRelease(driver, 'web-4', { phase: 'Progressing', step: { index: 1, startedAt: '2025-01-01T00:00:00Z' }, startedAt: '2025-01-01T00:00:00Z', message: 'Sends 1000 of 1000 to the canary.' });
  await driver.until('it is stuck', () => servers.pagerduty.answered.some(({ body }) => JSON.stringify(body).includes('web-4: stuck')));
  await end('web-4', 'Completed');
  await driver.until('the alert has ended', () => servers.pagerduty.answered.some(({ body }) => JSON.stringify(body).includes('resolve')));
  const [trigger, resolve] = servers.pagerduty.answered.slice(-2).map(({ body }) => body as { event_action: string; dedup_key: string });
  expect([trigger?.event_action, resolve]).toEqual(['trigger', { routing_key: ROUTING_KEY, event_action: 'resolve', dedup_key: trigger?.dedup_key }]);
  expect(resolve?.dedup_key).toBe(driver.object(serinResources.releases, { namespace, name: 'web-4' })?.metadata.uid);
});
