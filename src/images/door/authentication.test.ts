import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SenderName } from '../senders/senders.js';
import { authenticate } from './authentication.js';
import { webhookCredentials, type WebhookCredentials } from './credentials.js';

const body = Buffer.from('{"name":"web","tag":"1"}');
const sign = (key: string): string => createHmac('sha256', key).update(body).digest('hex');
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const shown = (sender: SenderName, credentials: WebhookCredentials, headers: Record<string, string> = {}, queryToken?: string): string => {
  const answer = authenticate({ sender, header: (name) => headers[name], queryToken, body }, credentials);
  return answer.ok ? `ok ${answer.user ?? ''}`.trim() : answer.why;
};
const all = webhookCredentials({ username: 'admin', password: 'ad:min', token: 'abc\n', hmac: 'key', 'github.hmac': 'of-github', 'harbor.token': 'of-harbor' });

describe('who sends a webhook', () => {
  it.each([
    ['native', { authorization: basic('admin:ad:min') }, undefined, 'ok admin'],
    ['native', { authorization: basic('admin:wrong') }, undefined, 'the user name or the password is wrong'],
    ['native', { authorization: basic('nobody:ad:min') }, undefined, 'the user name or the password is wrong'],
    ['native', { authorization: basic(':') }, undefined, 'the user name or the password is wrong'],
    ['native', { authorization: 'Bearer abc' }, undefined, 'ok'],
    ['native', { authorization: 'Bearer abd' }, undefined, 'the token is wrong'],
    ['native', { authorization: 'Bearer ' }, undefined, 'the token is wrong'],
    ['dockerhub', {}, 'abc', 'ok'],
    ['dockerhub', {}, '', 'the token is wrong'],
    ['native', { 'x-signature-256': `sha256=${sign('key')}` }, undefined, 'ok'],
    ['github', { 'x-hub-signature-256': `sha256=${sign('of-github')}` }, undefined, 'ok'],
    ['github', { 'x-hub-signature-256': `sha256=${sign('key')}` }, undefined, 'the signature does not fit the body; both sides need the same secret'],
    ['github', { 'x-hub-signature-256': `sha256=${sign('key')}`, authorization: 'Bearer abc' }, 'abc', 'the signature does not fit the body; both sides need the same secret'],
    ['github', { authorization: 'Bearer abc' }, undefined, 'the request shows no credentials; send a signature (x-hub-signature-256)'],
    ['jfrog', { 'x-jfrog-event-auth': sign('key') }, undefined, 'ok'],
    ['jfrog', { 'x-jfrog-event-auth': 'abc' }, undefined, 'ok'],
    ['jfrog', { 'x-jfrog-event-auth': 'abd' }, undefined, 'the signature does not fit the body; both sides need the same secret'],
    ['harbor', { authorization: 'of-harbor' }, undefined, 'ok'],
    ['harbor', { authorization: 'Bearer abc' }, undefined, 'the token is wrong'],
    ['native', {}, undefined, 'the request shows no credentials; send a user name and a password (Basic) or a token (Bearer, or ?token=) or a signature (x-signature-256)'],
  ] as const)('%s showing %j %s: %s', (sender, headers, queryToken, expected) => expect(shown(sender, all, headers, queryToken)).toBe(expected));

  it('is nobody where no credentials are set up', () => {
    expect(shown('native', {}, { authorization: basic(':') })).toBe('no credentials for webhooks of native are set up, so none are taken; name a Secret with --webhook-secret');
    expect(shown('quay', { hmac: 'key' }, { 'x-signature-256': `sha256=${sign('key')}` })).toContain('this sender cannot sign');
  });

  it('is read from a Secret, whose faults are named without its values', () => {
    expect(webhookCredentials({ username: 'admin', password: 'x\n' })).toEqual({ basic: { username: 'admin', password: 'x' } });
    expect(() => webhookCredentials({ passwort: 'geheim' })).toThrow('have no key "passwort"; there are username');
    expect(() => webhookCredentials({ 'gitlab.hmac': 'geheim' })).toThrow('have no key "gitlab.hmac"');
    expect(() => webhookCredentials({ username: 'admin' })).toThrow('only one of username and password');
    expect(() => webhookCredentials({ token: '\n' })).toThrow('the key token of the credentials of webhooks is empty');
  });
});
