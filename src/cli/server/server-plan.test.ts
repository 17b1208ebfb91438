import { describe, expect, it } from 'vitest';
import { listenAddress } from './listen-address.js';
import { serverPlan, type ServerFlags, type ServerPlan } from './server-plan.js';

const files: Readonly<Record<string, string>> = { '/tls.crt': 'CERT', '/tls.key': 'KEY', '/secret': 'hush\n', '/empty': '\n' };
const readText = (path: string): Promise<string> => (files[path] === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(files[path]));
const plan = (flags: Partial<ServerFlags> = {}): Promise<ServerPlan> => serverPlan({ listen: listenAddress('127.0.0.1:0'), ...flags }, readText);
const oidc = { oidcIssuer: 'https://id.example.com/realms/x', oidcClientId: 'serin', publicUrl: 'https://serin.example.com/', impersonate: true };

describe('the flags of a server', () => {
  it('come to what it is run with', async () => {
    expect(await plan()).toEqual({ listen: { host: '127.0.0.1', port: 0 }, impersonates: false, chats: false, trustProxy: false, warnings: [] });
    expect(await plan({ ...oidc, oidcClientSecretFile: '/secret', oidcScopes: 'openid groups', oidcGroupsPrefix: 'oidc:', webhookSecret: 'ops/hooks', chats: true, tlsCertFile: '/tls.crt', tlsKeyFile: '/tls.key', trustProxy: true })).toEqual({
      listen: { host: '127.0.0.1', port: 0, tls: { cert: 'CERT', key: 'KEY' } },
      publicUrl: 'https://serin.example.com',
      oidc: { issuer: oidc.oidcIssuer, clientId: 'serin', clientSecret: 'hush', name: 'id.example.com', scopes: ['openid', 'groups'], groupsPrefix: 'oidc:', knownToCluster: false },
      impersonates: true, webhookSecret: { namespace: 'ops', name: 'hooks' }, chats: true, trustProxy: true, warnings: [],
    });
  });

  it('are warned of where tokens would travel in the clear', async () => {
    expect((await plan({ listen: listenAddress(':8080') })).warnings).toHaveLength(1);
    expect((await plan({ listen: listenAddress(':8080'), publicUrl: 'https://serin.example.com' })).warnings).toEqual([]);
    expect((await plan({ listen: listenAddress(':8443'), tlsCertFile: '/tls.crt', tlsKeyFile: '/tls.key' })).warnings).toEqual([]);
  });

  it.each<[Partial<ServerFlags>, string]>([
    [{ publicUrl: 'serin.example.com' }, '--public-url: "serin.example.com" is no origin'],
    [{ publicUrl: 'https://serin.example.com/page' }, 'without a path'],
    [{ publicUrl: 'http://serin.example.com' }, 'only https is taken'],
    [{ tlsCertFile: '/tls.crt' }, '--tls-cert-file and --tls-key-file belong together'],
    [{ tlsCertFile: '/none', tlsKeyFile: '/tls.key' }, '--tls-cert-file: /none cannot be read (ENOENT)'],
    [{ ...oidc, oidcClientSecretFile: '/empty' }, '--oidc-client-secret-file: /empty is empty'],
    [{ oidcScopes: 'openid', oidcUserClaim: 'sub' }, '--oidc-scopes, --oidc-user-claim: without --oidc-issuer'],
    [{ ...oidc, oidcIssuer: 'http://id.example.com' }, '--oidc-issuer: "http://id.example.com" is no https URL'],
    [{ ...oidc, impersonate: false }, '--oidc-issuer needs --impersonate'],
    [{ oidcIssuer: oidc.oidcIssuer, impersonate: true, oidcClientId: 'serin' }, '--oidc-issuer needs --public-url'],
    [{ chats: true }, '--chats: what a chat says'],
    [{ webhookSecret: 'hooks' }, '--webhook-secret: "hooks" names no Secret'],
    [{ webhookSecret: 'a/b/c' }, '--webhook-secret: "a/b/c" names no Secret'],
  ])('%j is refused', async (flags, message) => {
    await expect(plan(flags)).rejects.toThrow(message);
  });

  it('are refused all at once', async () => {
    const error = await plan({ publicUrl: 'x', tlsKeyFile: '/none', oidcIssuer: 'y', webhookSecret: 'z', chats: true }).catch((each: unknown) => each);
    expect(String(error).split('\n')).toHaveLength(8);
  });
});
