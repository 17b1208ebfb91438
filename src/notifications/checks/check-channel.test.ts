import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../model/policy-problem.js';
import { validateKind } from '../../model/policy-validation.js';
import type { NotificationChannel, NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { checkChannel } from './check-channel.js';

const channel = (spec: NotificationChannelSpec, kind = 'NotificationChannel'): NotificationChannel => ({ apiVersion: 'serin.dev/v1alpha1', kind, metadata: { name: 'team', ...(kind === 'NotificationChannel' ? { namespace: 'shop' } : {}) }, spec });
const said = (spec: NotificationChannelSpec, kind?: string): string[] => checkChannel(channel(spec, kind)).map(formatProblem);
const url = 'https://hooks.test/x';

describe('a channel', () => {
  it('is exactly one of five, with known fields and events', () => {
    const wrong = (spec: object): string[] => validateKind('NotificationChannel', channel(spec as NotificationChannelSpec)).map(formatProblem);
    expect(wrong({ webhook: { url }, dingtalk: {} })).toEqual([expect.stringContaining('a channel is exactly one of slack, dingtalk, lark, email or webhook')]);
    expect(wrong({ language: 'en' })).toHaveLength(1);
    expect(wrong({ webhook: { url }, events: ['began', 'ended'] })).toHaveLength(1);
    expect(wrong({ webhook: { url, urL: 'x' } })).toEqual([expect.stringContaining('Did you mean url?')]);
    expect(wrong({ webhook: { url }, users: [{ chat: 'U1', user: 'a' }, { chat: 'U1', user: 'b' }] })).toHaveLength(1);
  });

  it('names the Secret that it needs, in the right namespace', () => {
    expect(said({ slack: { channel: 'C1' } })).toEqual(['spec.secret: is missing: the channel needs a bot token. Name the Secret that has it.']);
    expect(said({ webhook: { body: '{"k": "{{secret.routingKey}}"}', signKey: 'sign' } })).toEqual(['spec.secret: is missing: the channel needs the URL and the key sign and the key routingKey. Name the Secret that has it.']);
    expect(said({ email: { host: 'mail', from: 'a@b', to: ['c@d'] } })).toEqual([]);
    expect(said({ dingtalk: {}, secret: 'robot' }, 'ClusterNotificationChannel')).toEqual([expect.stringContaining('spec.secretNamespace: is missing')]);
    expect(said({ dingtalk: {}, secret: 'robot', secretNamespace: 'other' })).toEqual([expect.stringContaining('is for cluster-wide channels')]);
  });

  it('says where to write, once', () => {
    expect(said({ slack: { tokenKey: 'bot' }, secret: 's' })).toEqual([expect.stringContaining('spec.slack.channel: is missing')]);
    expect(said({ slack: { urlKey: 'hook', channel: 'C1' }, secret: 's' })).toEqual([expect.stringContaining('has no meaning beside urlKey')]);
    expect(said({ lark: { appIdKey: 'id' }, secret: 's' })).toEqual([expect.stringContaining('spec.lark.chat: is missing')]);
    expect(said({ lark: { urlKey: 'hook', chat: 'oc' }, secret: 's' })).toEqual([expect.stringContaining('has no meaning beside urlKey')]);
  });

  it('has templates that name what there is, and become JSON', () => {
    expect(said({ webhook: { url, body: '{"a": "{{ titel }}"}' } })).toEqual(['spec.webhook.body: nothing stands for {{titel}}. Did you mean title?']);
    expect(said({ webhook: { url, body: '{"a": {{ title }}, }' } })).toEqual([expect.stringMatching(/^spec\.webhook\.body: does not become JSON: /)]);
    expect(said({ webhook: { url, bodies: { promotd: '{}' } } })).toEqual(['spec.webhook.bodies.promotd: is no event. Did you mean promoted?']);
    expect(said({ webhook: { url, contentType: 'text/plain', body: '{{ title }} {' } })).toEqual([]);
    expect(said({ webhook: { url: 'http://' } })).toEqual([expect.stringContaining('spec.webhook.url: is no URL.')]);
  });

  it('warns of users whose answers cannot count', () => {
    const users = [{ chat: 'U1', user: 'jane' }];
    expect(checkChannel(channel({ slack: { channel: 'C1' }, secret: 's', users }))).toMatchObject([{ severity: 'warning', problem: expect.stringContaining('serin.dev/chat-users') as string }]);
    expect(checkChannel(channel({ dingtalk: {}, secret: 's', users }))).toMatchObject([{ severity: 'warning', problem: expect.stringContaining('no buttons') as string }]);
    expect(said({ slack: { channel: 'C1' }, secret: 's', secretNamespace: 'n', users: [{ chat: 'U1', user: 'jane', groups: ['system:masters'] }] }, 'ClusterNotificationChannel')).toEqual([expect.stringContaining('nobody stands for "system:masters" in a chat.')]);
    expect(said({ slack: { channel: 'C1' }, secret: 's', secretNamespace: 'n', users: [...users, ...users] }, 'ClusterNotificationChannel')).toEqual(['spec.users[1].chat: "U1" stands there twice. Say once who that is on the cluster.']);
  });
});
