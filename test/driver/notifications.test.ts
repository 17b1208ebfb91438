import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { Loop } from '../../src/cluster/loop.js';
import { AnsweringServer } from '../../src/metrics/testing/answering-server.js';
import type { Approval } from '../../src/model/approval.js';
import type { NotificationChannel } from '../../src/model/notifications/notification-channel.js';
import type { Release, ReleaseStatus } from '../../src/model/release.js';
import { API_VERSION } from '../../src/model/resources.js';
import { startNotifications } from '../../src/notifications/start-notifications.js';
import { DingTalkServer } from '../../src/notifications/testing/dingtalk-server.js';
import { LarkServer } from '../../src/notifications/testing/lark-server.js';
import { SlackServer } from '../../src/notifications/testing/slack-server.js';
import { SmtpServer, type Mail } from '../../src/notifications/testing/smtp-server.js';
import { channel, channelStatus, notificationsOf, writeRelease, writeSecret } from './channels.js';
import { Driver, serinResources } from './driver.js';
import { getRelease, namespace, policy, setImage, settle, untilPhase } from './program.js';

const slack = new SlackServer('xoxb-s3cret', { id: 'C01', name: '#releases' });
const lark = new LarkServer();
const hook = new AnsweringServer();
const servers = [slack.http, lark.http, hook];
beforeAll(() => Promise.all(servers.map((server) => server.start())));
beforeEach(() => {
  for (const list of [slack.messages, lark.messages, hook.seen]) list.splice(0);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

let driver: Driver;
afterEach(() => driver.stop());

const create = (...channels: NotificationChannel[]): Promise<void> =>
  driver.run(async () => {
    await writeSecret(driver, 'chats', { token: 'xoxb-s3cret', appId: 'cli_1', appSecret: 'app-s3cret' });
    for (const each of channels) await driver.client.create(serinResources.notificationChannels, each);
  });
const status = (name: string): NotificationChannel['status'] => channelStatus(driver, name);
const titles = (): string[] => slack.messages.map(({ text }) => text.split('\n')[0] ?? '');
const events = (): unknown[] => hook.seen.map(({ body }) => (JSON.parse(body) as { event: string }).event);

it('tells of a release from its beginning to its end, once each, whatever becomes of the controller', async () => {
  const served: { page?: string } = {};
  driver = new Driver({ seed: 91, loops: [startNotifications({ findPage: () => Promise.resolve(served.page) })] });
  await driver.start();
  await settle(driver, { policy: policy([{ approve: {} }, { weight: 50 }]) });
  await create(
    channel('team', { slack: { channel: '#releases', address: slack.http.address } }),
    channel('pager', { webhook: { url: hook.address } }),
    channel('others', { webhook: { url: hook.address }, policies: { team: 'others' } }),
    channel('broken', { webhook: { url: 'http://127.0.0.1:1/' } }),
  );
  await driver.until('the channels are ready', () => ['team', 'pager', 'others'].every((name) => status(name)?.message === 'Ready.'));
  await setImage(driver, 'web:v2');
  await driver.until('it is asked', () => titles().includes('default/web-1: waits for approval'));
  expect(titles()).toEqual(['default/web-1: release began', 'default/web-1: waits for approval']);
  expect(slack.messages[1]?.text).toMatch(/Waits for approval, 0 of 1|waits until people have agreed/);
  await driver.until('it is on record', () => status('team')?.sent === 2);
  expect(JSON.stringify(slack.messages)).not.toContain('/releases/');

  // Where the page is, is asked before each message: it may be served only now.
  served.page = 'http://127.0.0.1:19441';
  await driver.killController();
  await driver.startController();
  const release = (await getRelease(driver)) as Release;
  const spec = { release: 'web-1', releaseUid: release.metadata.uid ?? '', step: 1, approved: true };
  const refused = await driver.run(() => driver.client.create(serinResources.approvals, { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'one', namespace }, spec: { ...spec, user: 'nobody' } })).then(() => '', String);
  const user = /spec\.user must be (\S+)/.exec(refused)?.[1] ?? '';
  const approval: Approval = { apiVersion: API_VERSION, kind: 'Approval', metadata: { name: 'one', namespace }, spec: { ...spec, user } };
  await driver.run(() => driver.client.create(serinResources.approvals, approval));
  // A channel that cannot be reached holds up nothing.
  await untilPhase(driver, ['Completed']);
  await driver.until('it is told', () => titles().length === 3 && events().length === 3 && slack.messages[1]?.edits === 1);
  expect(titles()).toEqual(['default/web-1: release began', 'default/web-1: waits for approval', 'default/web-1: promoted']);
  expect(slack.messages[1]?.text).toContain(`Approved by ${user}.`);
  expect(JSON.stringify(slack.messages[1]?.blocks)).not.toContain('"value"');
  expect([slack.messages[1], slack.messages[2]].map((each) => JSON.stringify(each?.blocks))).toEqual(Array(2).fill(expect.stringContaining('"http://127.0.0.1:19441/releases/default/web-1"')));
  expect(slack.messages[2]?.text).toMatch(/is stable now; \d+ requests met it during the release, 0 failed\./);
  expect(events()).toEqual(['began', 'waitsForApproval', 'promoted']);
  expect(status('others')?.sent).toBeUndefined();
  await driver.until('it is given up', () => (status('broken')?.failed ?? 0) >= 1, 1200);
  expect(status('broken')).toMatchObject({ message: 'A message was given up: The webhook 127.0.0.1:1 refuses connections.', conditions: [{ type: 'Ready', status: 'False', reason: 'GivenUp' }] });
  expect(driver.notes.map(({ reason }) => reason)).toContain('MessageGivenUp');
  expect(JSON.stringify([driver.errors, driver.notes, ['team', 'pager', 'broken'].map(status)])).not.toContain('s3cret');
  expect(titles()).toHaveLength(3);
});

it('tells chats and mail alike, once each, of a release that is taken back, with its numbers, and of one that is stuck', async () => {
  driver = new Driver({ seed: 95, loops: [startNotifications({ findPage: () => Promise.resolve('https://serin.test') })] });
  const robot = new DingTalkServer('s3cret-token', 'SECabc', () => driver.clock.now());
  const mail = new SmtpServer({ startTls: false, login: { user: 'serin', password: 'mail-s3cret' } });
  await Promise.all([robot.http.start(), mail.start()]);
  onTestFinished(async () => {
    await Promise.all([robot.http.stop(), mail.stop()]);
  });
  await driver.start();
  await settle(driver, { policy: policy([{ weight: 50 }, { analyze: { for: '20s', undecided: 'hold', minimumRequests: 1000 } }]) });
  await driver.run(async () => {
    await writeSecret(driver, 'smtp', { username: 'serin', password: 'mail-s3cret' });
    await writeSecret(driver, 'robot', { url: robot.url, sign: 'SECabc' });
  });
  const events: NotificationChannel['spec']['events'] = ['takenBack', 'stuck'];
  const names = ['team', 'on-call', 'robot'];
  await create(
    channel('team', { slack: { channel: '#releases', address: slack.http.address }, events }),
    channel('on-call', { email: { host: '127.0.0.1', port: mail.port, from: 'Serin <serin@shop.test>', to: ['on-call@shop.test'], plaintext: true }, secret: 'smtp', events }),
    channel('robot', { dingtalk: {}, secret: 'robot', language: 'zh', events }),
  );
  await driver.until('the channels are ready', () => names.every((name) => status(name)?.message === 'Ready.'));
  const told = (): (string | undefined)[] => [slack.messages.at(-1)?.text, mailText(mail.mails.at(-1)), robot.messages.at(-1)?.text];

  driver.traffic.failing.canary = 0.5;
  await setImage(driver, 'web:v2');
  const release = await untilPhase(driver, ['Aborted']);
  await driver.until('all are told', () => names.every((name) => status(name)?.sent === 1));
  const { requests, failures } = release.status?.evidence?.canary ?? expect.fail('no evidence');
  expect(failures).toBeGreaterThan(0);
  expect(told()).toEqual([expect.stringContaining(`${requests} requests met it`), expect.stringContaining(`${requests} requests met it`), expect.stringContaining(`它处理了 ${requests} 个请求，失败 ${failures} 个`)]);
  for (const text of told().slice(0, 2)) {
    // By which evidence, then what it came to.
    expect(text).toMatch(/canary fails [^]* of \d+ requests[^]*stable/);
    expect(text).toContain(`, ${failures} failed`);
  }
  expect(titles()).toEqual(['default/web-1: taken back']);
  expect(mail.mails).toMatchObject([{ to: ['on-call@shop.test'], user: 'serin', text: expect.stringContaining('Subject: default/web-1: taken back') as string }]);
  expect(robot.messages).toMatchObject([{ title: 'default/web-1：已撤回', singleURL: 'https://serin.test/releases/default/web-1' }]);

  driver.traffic.requestsPerSecond = 0;
  await setImage(driver, 'web:v3');
  await driver.until('it holds', async () => (await getRelease(driver, 'web-2'))?.status?.message?.startsWith('The analysis is undecided') ?? false);
  await driver.clock.advance(500_000);
  await driver.pass(2);
  expect(titles()).toHaveLength(1);
  await driver.until('it is told as stuck', () => names.every((name) => status(name)?.sent === 2), 150);
  const { startedAt = '' } = (await getRelease(driver, 'web-2'))?.status?.step ?? {};
  expect(driver.clock.now() - Date.parse(startedAt)).toBeGreaterThanOrEqual(620_000);
  await driver.killController();
  await driver.startController();
  await driver.pass(5);
  expect(titles()).toEqual(['default/web-1: taken back', 'default/web-2: stuck']);
  expect(mail.mails.map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1]?.trim())).toEqual(['default/web-1: taken back', 'default/web-2: stuck']);
  expect(robot.messages.map(({ title }) => title)).toEqual(['default/web-1：已撤回', 'default/web-2：停滞']);
  expect(told()).toEqual([expect.stringContaining('The analysis is undecided'), expect.stringContaining('The analysis is undecided'), expect.stringContaining('分析超时仍无定论')]);
  expect(names.map((name) => status(name)?.failed)).toEqual([undefined, undefined, undefined]);
  expect(JSON.stringify([driver.errors, driver.notes, names.map(status)])).not.toContain('s3cret');
});

/** What a mail says, without its encoding. */
const mailText = (mail: Mail | undefined): string => (mail?.text ?? '').replaceAll(/=\r?\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const loopOf = (client: ClusterClient, leads?: () => boolean): Loop => notificationsOf(driver, client, leads);
const write = (name: string, change?: Partial<ReleaseStatus>): Promise<void> => writeRelease(driver, name, change);

it('ends while a service hangs, and the next process sends the same message again, under the same key', async () => {
  driver = new Driver({ seed: 94 });
  await driver.startCluster();
  await create(channel('pager', { webhook: { url: hook.address }, events: ['began'] }));
  const first = loopOf(driver.client);
  await driver.until('the channel is ready', () => status('pager')?.message === 'Ready.');
  hook.answer = () => 'hang';
  await write('web-1');
  await driver.until('it is sent', () => hook.seen.length === 1);
  await driver.run(() => first.stop());
  expect(status('pager')?.recent).toEqual([expect.stringMatching(/^[0-9a-f]{16}\?1$/)]);
  hook.answer = () => ({});
  const second = loopOf(driver.client);
  await driver.until('it is taken', () => status('pager')?.sent === 1);
  await driver.pass(5);
  await driver.run(() => second.stop());
  expect(hook.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([expect.stringMatching(/^serin-/), hook.seen[0]?.headers['idempotency-key']]);
  expect(status('pager')?.recent).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
});

/** Why a process ended here. */
class Killed extends Error {}

it('sends each message once, however often the process is killed between two of its writes', async () => {
  driver = new Driver({ seed: 92 });
  await driver.startCluster();
  await create(channel('team', { lark: { chat: 'oc_1', address: lark.http.address } }));
  const time = (): string => new Date(driver.clock.now()).toISOString();

  /** Plays a release with a loop that is killed at its write with this number. @returns whether it came to that */
  const play = async (name: string, kill: { readonly at: number; readonly when: 'before' | 'after' }): Promise<boolean> => {
    let [writes, dead, loops] = [0, false, [] as Loop[]];
    const start = (killable: boolean): void => {
      let leads = true;
      const client: ClusterClient = {
        ...driver.client,
        patch: async (...request: Parameters<ClusterClient['patch']>) => {
          const mine = killable && writes++ === kill.at;
          const die = (): never => {
            [dead, leads] = [true, false];
            throw new Killed(`killed ${kill.when} write ${kill.at}`);
          };
          if (mine && kill.when === 'before') die();
          const answer = await driver.client.patch(...request);
          if (mine) die();
          return answer as never;
        },
      } as ClusterClient;
      loops = [...loops, loopOf(client, () => leads)];
    };
    const replaceDead = async (): Promise<void> => {
      if (!dead || loops.length > 1) return;
      const [first] = loops;
      await first?.stop();
      start(false);
    };
    const until = (what: string, condition: () => boolean): Promise<void> => driver.until(what, async () => (await replaceDead(), condition()), 120);
    const mine = (): typeof lark.messages => lark.messages.filter(({ card }) => JSON.stringify(card).includes(`default/${name}:`));
    start(true);
    await driver.pass(1);
    await write(name, {});
    await until('began and asked', () => mine().length >= 2);
    await write(name, { phase: 'Completed', endedAt: time(), step: { index: 1, startedAt: time() } });
    await until('promoted', () => mine().length >= 3 && mine().some(({ edits }) => edits > 0));
    await driver.pass(3);
    await replaceDead();
    await driver.pass(3);
    for (const loop of loops) await driver.run(() => loop.stop());
    expect(mine().map(({ card }) => /default\/[^:]+: ([a-z ]+)/.exec(JSON.stringify(card))?.[1]).sort(), `${name}, killed ${kill.when} write ${kill.at}`).toEqual(['promoted', 'release began', 'waits for approval']);
    return dead;
  };

  let kills = 0;
  for (const when of ['before', 'after'] as const) for (let at = 0; await play(`web-${when}-${at}`, { at, when }); at++) expect(++kills).toBeLessThan(40);
  // Two writes for each of three messages, and one for the change, at least.
  expect(kills).toBeGreaterThanOrEqual(14);
});

it('tells of many things at once in one message, of what asks by itself, and once though two processes believe that they lead', async () => {
  driver = new Driver({ seed: 93 });
  await driver.startCluster();
  await create(channel('team', { slack: { channel: '#releases', address: slack.http.address } }));
  const loops = [1, 2].map(() => loopOf(driver.client));
  await driver.until('the channel is ready', () => status('team')?.message === 'Ready.');
  const update = { apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { name: 'web-1-2', namespace }, spec: { policy: 'web', image: 'registry.test/web', tag: '1.2', source: 'native' as const, receivedAt: '2026-01-01T00:00:00Z' } };
  const say = (change: object): Promise<unknown> => driver.client.patch(serinResources.imageUpdates, { namespace, name: 'web-1-2' }, { kind: 'merge', body: { status: change } }, { subresource: 'status' });
  for (let number = 0; number < 12; number++) await write(`many-${number}`, { step: { index: 1, startedAt: '2026-01-01T00:00:00Z' } });
  await driver.run(async () => {
    await driver.client.create(serinResources.imageUpdates, update);
    await say({ phase: 'WaitingForApproval' });
  });
  const told = (): string => slack.messages.map(({ text }) => text).join('\n');
  await driver.until('all are told of', () => Array.from({ length: 12 }, (_, number) => `many-${number}: `).every((name) => told().includes(name)) && told().includes('web-1-2'));
  await driver.run(() => say({ phase: 'Applied', approvedBy: ['jane'] }));
  await driver.until('the question is answered', () => slack.messages.some(({ text }) => text.includes('Approved by jane.')));
  await driver.pass(5);
  for (const loop of loops) await driver.run(() => loop.stop());
  for (let number = 0; number < 12; number++) expect(told().split(`many-${number}: `), `many-${number}`).toHaveLength(2);
  expect(slack.messages.filter(({ text }) => text.includes('web-1-2'))).toHaveLength(1);
  expect(slack.messages.length).toBeLessThanOrEqual(8);
  expect(titles().some((title) => /^\d+ messages$/.test(title))).toBe(true);
});
