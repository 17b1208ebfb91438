import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClusterClient } from '../../cluster/client.js';
import type { ApplicationDecision } from '../../frontends/kubevela/advance.js';
import type { Application } from '../../frontends/kubevela/application.js';
import type { Secret } from '../../kubernetes/generated/core-v1.js';
import type { GateAnswer, GateQuestion } from '../gates.js';
import { OutgoingCalls } from './outgoing-calls.js';

const owner = 'default/shop';
const app: Application = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application', metadata: { name: 'shop', namespace: 'default' }, spec: { components: [] } };
type Call = ApplicationDecision['calls'][number];
const webhook = (key: string, url: unknown = { value: 'http://hook.test/' }): Call => ({ key, type: 'webhook', properties: { url, data: { key } } });

describe('calls of workflows', () => {
  let asked: { question: GateQuestion; signal: AbortSignal; answer: (given: GateAnswer) => void; fail: (error: Error) => void }[];
  let answered: string[];
  let calls: OutgoingCalls;
  let secrets: Secret[];
  let withoutConfig: boolean;

  const start = (): OutgoingCalls =>
    new OutgoingCalls({
      client: { find: (_: unknown, { name }: { name: string }) => Promise.resolve(secrets.find(({ metadata }) => metadata.name === name)) } as unknown as ClusterClient,
      call: (question, signal) =>
        new Promise((answer, fail) => {
          asked.push({ question, signal, answer, fail });
          signal.addEventListener('abort', () => fail(new Error('given up')), { once: true });
        }),
      withoutConfig,
      onAnswer: (key) => answered.push(key),
    });
  beforeEach(() => {
    [asked, answered, secrets, withoutConfig] = [[], [], [], false];
    calls = start();
  });
  afterEach(() => calls.stop());
  const underWay = (count: number): Promise<void> => vi.waitFor(() => expect(asked).toHaveLength(count));
  const answers = (count: number): Promise<void> => vi.waitFor(() => expect(answered).toHaveLength(count));

  it('are sent once for each key', async () => {
    calls.carryOut(owner, app, [webhook('one')]);
    calls.carryOut(owner, app, [webhook('one')]);
    await underWay(1);
    asked[0]?.answer({ status: 204, text: '' });
    await answers(1);
    expect(calls.answers(owner)).toEqual(new Map([['one', { succeeded: true, message: '' }]]));
    calls.carryOut(owner, app, [webhook('one'), webhook('two')]);
    await underWay(2);
    expect(asked.map(({ question }) => question)).toEqual(['one', 'two'].map((key) => ({ url: 'http://hook.test/', idempotencyKey: key, body: { key } })));
    expect(answered).toEqual([owner]);
  });

  it('are sent again with the same key when they failed and are still asked for, once that was seen', async () => {
    calls.carryOut(owner, app, [webhook('one')]);
    await underWay(1);
    asked[0]?.answer({ status: 500, text: ' busy ' });
    await answers(1);
    calls.carryOut(owner, app, [webhook('one')]);
    expect(calls.answers(owner).get('one')).toEqual({ succeeded: false, message: 'status 500: busy' });
    expect(asked).toHaveLength(1);
    calls.carryOut(owner, app, [webhook('one')]);
    await underWay(2);
    expect(asked[1]?.question.idempotencyKey).toBe('one');
    expect(calls.answers(owner).size).toBe(0);
  });

  it('are given up when they are not asked for any more, and when the process stops', async () => {
    calls.carryOut(owner, app, [webhook('one')]);
    await underWay(1);
    calls.carryOut(owner, app, []);
    expect(asked[0]?.signal.aborted).toBe(true);
    calls.carryOut(owner, app, [webhook('two')]);
    await underWay(2);
    await calls.stop();
    expect(asked[1]?.signal.aborted).toBe(true);
    expect(answered).toEqual([]);
  });

  it('are limited to eight at once', async () => {
    calls.carryOut(owner, app, Array.from({ length: 10 }, (_, n) => webhook(`call-${n}`)));
    await underWay(8);
    asked[3]?.answer({ status: 200, text: '' });
    await underWay(9);
    expect(answered).toHaveLength(1);
    for (const { answer } of asked) answer({ status: 200, text: '' });
    await underWay(10);
  });

  it('take their address from a Secret, which nobody is told of', async () => {
    secrets = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'chat' }, data: { url: Buffer.from('https://chat.test/s3cret\n').toString('base64'), bad: Buffer.from('s3cret').toString('base64') } }];
    const from = (name: string, key: string): unknown => ({ secretRef: { name, key } });
    calls.carryOut(owner, app, [webhook('good', from('chat', 'url')), webhook('bad', from('chat', 'bad')), webhook('none', from('chat', 'other')), webhook('gone', from('gone', 'url'))]);
    await underWay(1);
    expect(asked[0]?.question.url).toBe('https://chat.test/s3cret');
    asked[0]?.fail(Object.assign(new Error('connect ECONNREFUSED s3cret'), { code: 'ECONNREFUSED' }));
    await answers(4);
    const said = Object.fromEntries([...calls.answers(owner)].map(([key, { message }]) => [key, message]));
    expect(said).toEqual({
      good: 'no answer (ECONNREFUSED)', bad: 'the URL in Secret chat is no http or https URL', none: 'Secret chat has no key other', gone: 'there is no Secret gone',
    });
    withoutConfig = true;
    await calls.stop();
    calls = start();
    calls.carryOut(owner, app, [webhook('good', from('chat', 'url'))]);
    await answers(5);
    expect(calls.answers(owner).get('good')?.message).toContain('may not read Secret chat');
  });

  it('of one step that tells several places are told apart, and all problems are named', async () => {
    const url = { value: 'http://chat.test/' };
    calls.carryOut(owner, app, [{ key: 'tell', type: 'notification', properties: { slack: { url, message: 1 }, lark: { url, message: 2 } } }]);
    await underWay(1);
    asked[0]?.answer({ status: 404, text: '' });
    await underWay(2);
    asked[1]?.answer({ status: 200, text: '' });
    await answers(1);
    expect(asked.map(({ question }) => question.idempotencyKey)).toEqual(['tell-1', 'tell-2']);
    expect(calls.answers(owner).get('tell')).toEqual({ succeeded: false, message: 'lark: status 404' });
  });
});
