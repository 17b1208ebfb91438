import { describe, expect, it } from 'vitest';
import { explainCommand, quoted, triesOf } from './audience-tries.js';

const hashes = { stable: '7d4b', canary: '5f6d' };

describe('which version a browser gets', () => {
  it('[S0-18] names the cookie that leads to the canary, and a command that sends it', () => {
    expect(triesOf({ router: true, matches: [{ cookies: [{ name: 'tester', exact: 'yes' }] }] }, hashes)).toEqual([
      { kind: 'cookie', carries: 'Cookie: tester=yes', command: 'curl -b tester=yes https://YOUR-HOST/' },
    ]);
    expect(explainCommand({ namespace: 'shop', policy: 'web', audience: { router: true, matches: [{ cookies: [{ name: 'tester', exact: 'yes' }] }] } })).toBe('serin explain web -n shop --cookie tester=yes');
  });

  it('[S0-18] names the cookie by which users stay with the version that they met', () => {
    const tries = triesOf({ router: true, matches: [], sticky: { cookie: 'serin-version', maxAgeSeconds: 60 } }, hashes);
    expect(tries.map(({ kind, carries }) => [kind, carries])).toEqual([['staysCanary', 'Cookie: serin-version=5f6d'], ['staysStable', 'Cookie: serin-version=7d4b']]);
  });

  it('asks for all of one match at once, and takes the beginning of a value where that decides', () => {
    const [first] = triesOf({ router: true, matches: [{ headers: [{ name: 'x-region', prefix: 'north' }], cookies: [{ name: 'a', exact: '1' }, { name: 'b' }] }] }, hashes);
    expect(first).toEqual({ kind: 'both', carries: 'x-region: north\nCookie: a=1; b=1', command: "curl -H 'x-region: north' -b 'a=1; b=1' https://YOUR-HOST/" });
  });

  it('shows a pattern as one, for nobody can guess a value of it', () => {
    expect(triesOf({ router: true, matches: [{ headers: [{ name: 'user', regex: 'ja.*' }] }] }, hashes)[0]?.carries).toBe('user: <ja.*>');
  });

  it('says where the canary can be previewed', () => {
    const tries = triesOf({ router: true, matches: [], preview: { path: '/new', host: 'new.example.com', service: 'web-canary' } }, hashes);
    expect(tries.map(({ kind, command }) => [kind, command])).toEqual([['path', 'curl https://YOUR-HOST/new/'], ['host', "curl -H 'Host: new.example.com' https://YOUR-HOST/"], ['service', undefined]]);
  });

  it('quotes words so that a shell takes them for one', () => {
    expect([quoted('a=b'), quoted("it's"), quoted('$(x)'), quoted('')]).toEqual(['a=b', `'it'\\''s'`, "'$(x)'", "''"]);
  });
});
