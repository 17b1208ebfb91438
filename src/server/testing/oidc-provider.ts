import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

/** What a test makes of the next ID token. */
export interface TokenChanges {
  claims?: JWTPayload;
  audience?: string;
  issuer?: string;
  nonce?: string;
  /** Signed with a key that the provider does not publish. */
  foreignKey?: boolean;
}

/** A provider that checks what real ones check: client, secret, redirect URI, PKCE, codes that are good once. */
export interface TestProvider {
  readonly issuer: string;
  next: TokenChanges;
  /** The last ID token that was given out. */
  lastToken: string;
  /** What the person does in the browser: goes to `url`, signs in, and is sent back. @returns where to */
  signIn(url: string): Promise<URL>;
  stop(): Promise<void>;
}

export const CLIENT = { id: 'serin', secret: 'client-secret-of-serin' };

export async function startProvider(redirectUri: () => string): Promise<TestProvider> {
  const keys = await generateKeyPair('ES256');
  const foreign = await generateKeyPair('ES256');
  const publicKey = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const codes = new Map<string, { challenge: string; nonce: string }>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: TestProvider = {
    issuer,
    next: {},
    lastToken: '',
    async signIn(url) {
      const response = await fetch(url, { redirect: 'manual' });
      const location = response.headers.get('location');
      if (location === null) throw new Error(`the provider answers ${response.status}: ${await response.text()}`);
      return new URL(location);
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    const send = (status: number, body: unknown): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return send(200, {
          ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` },
          ...{ response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['ES256'], code_challenge_methods_supported: ['S256'] },
        });
      case '/keys':
        return send(200, { keys: [publicKey] });
      case '/authorize': {
        const asked = url.searchParams;
        const wrong = asked.get('client_id') !== CLIENT.id || asked.get('redirect_uri') !== redirectUri() || asked.get('code_challenge_method') !== 'S256' || asked.get('response_type') !== 'code';
        if (wrong) return send(400, { error: 'invalid_request' });
        const code = randomBytes(16).toString('hex');
        codes.set(code, { challenge: asked.get('code_challenge') ?? '', nonce: asked.get('nonce') ?? '' });
        response.writeHead(302, { location: `${redirectUri()}?${new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString()}` }).end();
        return;
      }
      case '/token': {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        const form = new URLSearchParams(body);
        const code = form.get('code') ?? '';
        const known = codes.get(code);
        codes.delete(code);
        const [id = '', secret = ''] = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString().split(':').map(decodeURIComponent);
        if (id !== CLIENT.id || secret !== CLIENT.secret) return send(401, { error: 'invalid_client' });
        const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
        if (known === undefined || known.challenge !== challenge || form.get('redirect_uri') !== redirectUri()) return send(400, { error: 'invalid_grant' });
        const { claims = {}, audience = CLIENT.id, issuer: by = issuer, nonce = known.nonce, foreignKey = false } = provider.next;
        provider.lastToken = await new SignJWT({ nonce, ...claims })
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .setIssuer(by)
          .setAudience(audience)
          .setSubject(claims.sub ?? 'subject-1')
          .setIssuedAt()
          .setExpirationTime('1h')
          .sign(foreignKey ? foreign.privateKey : keys.privateKey);
        return send(200, { access_token: 'access', token_type: 'Bearer', id_token: provider.lastToken });
      }
      default:
        return send(404, {});
    }
  }
  return provider;
}
