import { expect, it } from 'vitest';
import type { Application } from '../../frontends/kubevela/application.js';
import { messagesOf } from './call-messages.js';

const app: Application = { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application', metadata: { name: 'shop', namespace: 'default', uid: 'u', resourceVersion: '1' }, spec: { components: [] } };
const url = { value: 'http://chat.test/hook' };
const secret = { secretRef: { name: 'chat', key: 'url' } };

it('a webhook sends what it is told to, and the Application otherwise', () => {
  expect(messagesOf('webhook', { url, data: { a: 1 } }, app)).toEqual([{ to: 'webhook', url, body: { a: 1 } }]);
  expect(messagesOf('webhook', { url }, app)).toEqual([{ to: 'webhook', url, body: { apiVersion: app.apiVersion, kind: 'Application', metadata: { name: 'shop', namespace: 'default' }, spec: app.spec } }]);
  expect(messagesOf('webhook', { url: secret }, app)).toMatchObject([{ url: { secret: { name: 'chat', key: 'url' } } }]);
  expect(messagesOf('webhook', {}, app)).toContain('url.value');
});

it('a notification tells everybody that it names, and nobody by mail', () => {
  expect(messagesOf('notification', { slack: { url, message: { text: 'hello' } }, lark: { url: secret, message: { msg_type: 'text' } } }, app)).toMatchObject([
    { to: 'lark', url: { secret: { name: 'chat', key: 'url' } }, body: { msg_type: 'text' } },
    { to: 'slack', url, body: { text: 'hello' } },
  ]);
  expect(messagesOf('notification', { email: { to: [] } }, app)).toContain('email');
  expect(messagesOf('notification', {}, app)).toContain('nobody');
  expect(messagesOf('notification', { slack: {} }, app)).toContain('slack.url');
});
