import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../../cluster/client.js';
import { certificates } from '../../../cluster/testing/certificates.js';
import type { AnalysisRun } from '../../../frontends/argo/kinds/analysis.js';
import type { ArgoMetric, Provider as ProviderSpec } from '../../../frontends/argo/kinds/metrics.js';
import type { TakenMeasurement } from '../../../frontends/argo/runs/advance.js';
import type { Secret } from '../../../kubernetes/generated/core-v1.js';
import { createRequester, type Requester } from '../../../metrics/requesting/requester.js';
import { createSecretReader } from '../../../metrics/requesting/secret-reader.js';
import { AnsweringServer, type Said, type Seen } from '../../../metrics/testing/answering-server.js';
import { systemClock } from '../../../ports/clock.js';
import { Accesses } from './providers/authentication.js';
import { datadogProvider } from './providers/datadog.js';
import { prometheusProvider } from './providers/prometheus.js';
import { webProvider } from './providers/web.js';
import { takeMeasurement } from './take-measurement.js';

const run = (args: AnalysisRun['spec']['args'] = []): AnalysisRun => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name: 'run', namespace: 'shop', uid: 'u' }, spec: { metrics: [], args } });
const TOKEN = 's3cret+value/=';

describe('a measurement', () => {
  const signal = new AbortController().signal;
  const clock = systemClock;
  let server: AnsweringServer;
  let requester: Requester;
  let data: Record<string, Record<string, string>>;

  beforeEach(async () => {
    server = await new AnsweringServer().start();
    requester = createRequester({ clock });
    data = { 'shop/keys': { token: TOKEN } };
  });
  afterEach(async () => {
    await requester.stop();
    await server.stop();
  });

  const secretOf = (name: string): Record<string, string> | undefined => data[name];
  const client = { find: (_: unknown, { namespace = '', name }: { namespace?: string; name: string }) => {
    const found = secretOf(`${namespace}/${name}`);
    const secret: Secret | undefined = found && { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: Object.fromEntries(Object.entries(found).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) };
    return Promise.resolve(secret);
  } } as Pick<ClusterClient, 'find'>;
  const take = (provider: ProviderSpec, more: Partial<ArgoMetric> = {}, args?: AnalysisRun['spec']['args']): Promise<TakenMeasurement> => {
    const accesses = new Accesses(requester, clock);
    const readSecret = (namespace: string, name: string): Promise<Record<string, string>> => Promise.resolve(secretOf(`${namespace}/${name}`) ?? {});
    const providers = { web: webProvider({ requester, accesses }), prometheus: prometheusProvider({ requester, accesses, clock }), datadog: datadogProvider({ requester, clock, sharedNamespace: 'argo-rollouts', readSecret }) };
    return takeMeasurement(run(args), { metric: { name: 'm', provider, ...more }, number: 1 }, { clock, secrets: createSecretReader(client, clock), providers }, signal);
  };
  const says = (answer: Said | ((seen: Seen) => Said | 'hang')): void => void (server.answer = typeof answer === 'function' ? answer : () => answer);
  const json = (body: unknown, status = 200): Said => ({ status, body: JSON.stringify(body) });
  const summary = ({ measurement: { phase, value, message } }: TakenMeasurement): unknown[] => [phase, value ?? message];

  describe('of the web', () => {
    it('is what stands at a path of the answer, judged by the conditions', async () => {
      says(json({ data: { ok: true, rate: 0.5 } }));
      const web = { url: `${server.address}/check?x=1`, jsonPath: '{$.data.rate}', headers: [{ key: 'X-Team', value: 'a' }] };
      expect(await take({ web }, { successCondition: 'result > 0.4' })).toEqual({ metric: 'm', number: 1, measurement: { phase: 'Successful', value: '0.5', startedAt: expect.any(String) as string, finishedAt: expect.any(String) as string } });
      expect([await take({ web }, { successCondition: 'result > 0.6' }), await take({ web }, { successCondition: 'result > 0.6', failureCondition: 'result < 0.4' }), await take({ web: { ...web, jsonPath: '{$.data}' } }, { successCondition: 'result.ok && result.rate < 1' })].map(summary)).toEqual([['Failed', '0.5'], ['Inconclusive', '0.5'], ['Successful', '{"ok":true,"rate":0.5}']]);
      expect(server.seen[0]).toMatchObject({ method: 'GET', headers: { 'x-team': 'a' }, body: '' });
      expect(server.seen[0]?.url.search).toBe('?x=1');
    });

    it('sends what it is told to', async () => {
      says(json(1));
      await take({ web: { url: server.address, method: 'POST', jsonBody: { a: '{{args.who}}', n: 1 } } }, {}, [{ name: 'who', value: 'unused' }]);
      await take({ web: { url: server.address, method: 'PUT', body: 'text' } });
      expect(server.seen.map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([['PUT', 'text', undefined]]);
    });

    it('is an error where there is no answer to be judged', async () => {
      const web = { url: server.address, jsonPath: '{$.rate}', timeoutSeconds: 1 };
      says(json({ no: 1 }));
      expect(summary(await take({ web }))).toEqual(['Error', 'the answer has nothing at {$.rate}']);
      says({ body: '<html>' });
      expect(summary(await take({ web }))).toEqual(['Error', 'the answer is no JSON']);
      says(json({}, 503));
      expect(summary(await take({ web }))).toEqual(['Error', `${new URL(server.address).host} answered 503`]);
      says(json({ rate: 'x' }));
      expect((await take({ web }, { successCondition: 'result > 1' })).measurement).toMatchObject({ phase: 'Error', message: expect.stringContaining('no number') as string });
      says(() => 'hang');
      expect((await take({ web })).measurement).toMatchObject({ phase: 'Error', message: expect.stringContaining('did not answer within 1s') as string });
      says({ status: 302, headers: { location: 'http://elsewhere.example/' } });
      expect((await take({ web })).measurement).toMatchObject({ phase: 'Error', message: expect.stringContaining('redirects are not followed') as string });
      expect((await take({ web: { url: 'http://127.0.0.1:1/' } })).measurement).toMatchObject({ phase: 'Error', message: expect.stringContaining('refuses connections') as string });
    });

    it('takes a text as it is, and null as nil', async () => {
      says({ body: 'all fine' });
      expect(summary(await take({ web: { url: server.address } }, { successCondition: 'result contains "fine"' }))).toEqual(['Successful', 'all fine']);
      says(json({ a: null }));
      expect(summary(await take({ web: { url: server.address, jsonPath: '{$.a}' } }, { successCondition: 'isNil(result)' }))).toEqual(['Successful', 'null']);
      says({ body: JSON.stringify('x'.repeat(9000)) });
      expect((await take({ web: { url: server.address } })).measurement.value).toHaveLength(4097);
    });

    it('trusts any certificate only when it is told to', async () => {
      const secure = await new AnsweringServer({ key: certificates.serverKey, cert: certificates.serverCert }).start();
      secure.answer = () => json(1);
      expect((await take({ web: { url: secure.address } })).measurement).toMatchObject({ phase: 'Error', message: expect.stringContaining('not trusted') as string });
      expect(summary(await take({ web: { url: secure.address, insecure: true } }))).toEqual(['Successful', '1']);
      expect((await take({ web: { url: secure.address } })).measurement.phase).toBe('Error');
      await secure.stop();
    });
  });

  describe('with secrets', () => {
    const args = [{ name: 'token', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } }];
    const web = (): ProviderSpec => ({ web: { url: `${server.address}/`, headers: [{ key: 'Authorization', value: 'Bearer {{args.token}}' }] } });

    it('reads them each time, and tells them nobody', async () => {
      says(({ headers }) => json({ echo: headers.authorization }));
      const first = await take(web(), { successCondition: 'result.echo contains "s3cret"' }, args);
      expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
      expect(first.measurement).toMatchObject({ phase: 'Successful', value: '{"echo":"Bearer ***"}' });
      data = { 'shop/keys': { token: 'another' } };
      await take(web(), {}, args);
      expect(server.seen[1]?.headers.authorization).toBe('Bearer another');
      says(({ headers }) => json({ status: 'error', errorType: 'bad_data', error: `token ${headers.authorization ?? ''}` }, 400));
      const refused = await take({ prometheus: { address: server.address, query: 'up{x="{{args.token}}"}', headers: [{ key: 'Authorization', value: '{{args.token}}' }] } }, {}, args);
      expect(JSON.stringify(refused)).not.toContain('another');
      expect(refused.measurement).toMatchObject({ phase: 'Error', message: 'Prometheus refuses the query: bad_data: token ***' });
      says(json({ status: 'success', data: { resultType: 'scalar', result: [1, '7'] } }));
      expect((await take({ prometheus: { address: server.address, query: 'up{x="{{args.token}}"}' } }, {}, args)).metadata).toEqual({ ResolvedPrometheusQuery: 'up{x="***"}' });
    });

    it('is an error without them, and says which is missing', async () => {
      data = {};
      expect(summary(await take(web(), {}, args))).toEqual(['Error', 'there is no Secret keys in shop (its key token is needed)']);
      expect(server.seen).toEqual([]);
    });
  });

  describe('by name and password or token', () => {
    const oauth2 = (): NonNullable<NonNullable<ProviderSpec['web']>['authentication']> => ({ oauth2: { tokenUrl: `${server.address}/token`, clientId: 'me', clientSecret: 'hush', scopes: ['read', 'more'] } });

    it('sends what it was given, and keeps tokens while they last', async () => {
      says(({ url }) => (url.pathname === '/token' ? json({ access_token: 'tick', expires_in: 3600 }) : json({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '0.5'] }] } })));
      const accesses = new Accesses(requester, clock);
      const ask = prometheusProvider({ requester, accesses, clock });
      const metric = (authentication: ReturnType<typeof oauth2>): ArgoMetric => ({ name: 'm', provider: { prometheus: { address: server.address, query: 'up', authentication } } });
      for (const authentication of [oauth2(), oauth2(), { basicAuth: { username: 'a', password: 'b:c' } }]) await ask({ run: run(), metric: metric(authentication), number: 1, secrets: new Set() }, signal);
      expect(server.seen.map(({ url, headers }) => [url.pathname, headers.authorization])).toEqual([
        ['/token', `Basic ${Buffer.from('me:hush').toString('base64')}`], ['/api/v1/query', 'Bearer tick'], ['/api/v1/query', 'Bearer tick'], ['/api/v1/query', `Basic ${Buffer.from('a:b:c').toString('base64')}`],
      ]);
      expect(server.seen[0]?.body).toBe('grant_type=client_credentials&scope=read+more');
    });

    it('gives its secret in the body where the header is not taken', async () => {
      says(({ url, headers }) => (url.pathname !== '/token' ? json(1) : headers.authorization === undefined ? json({ access_token: 'tock' }) : json({ error: 'invalid_client' }, 401)));
      expect((await take({ web: { url: server.address, authentication: oauth2() } })).measurement.phase).toBe('Successful');
      expect(new URLSearchParams(server.seen[1]?.body).get('client_secret')).toBe('hush');
      expect(server.seen[2]?.headers.authorization).toBe('Bearer tock');
      says(({ url, headers }) => (url.pathname === '/token' ? json({ access_token: 'tuck' }) : json({ echo: headers.authorization })));
      expect(summary(await take({ web: { url: server.address, authentication: oauth2() } }))).toEqual(['Successful', '{"echo":"Bearer ***"}']);
      expect(summary(await take({ web: { url: server.address, authentication: { basicAuth: { username: 'a', password: 'b:c' } } } }))).toEqual(['Successful', '{"echo":"Basic ***"}']);
      says(({ url }) => (url.pathname === '/token' ? json({ token: 'hush hidden' }, 500) : json(1)));
      expect(summary(await take({ web: { url: server.address, authentication: oauth2() } }))).toEqual(['Error', `${new URL(server.address).host} answered 500 without a token`]);
    });
  });

  describe('of Prometheus', () => {
    const prometheus = (more: object = {}): ProviderSpec => ({ prometheus: { address: `${server.address}/`, query: 'up', ...more } });
    const vector = (...values: string[]): Said => json({ status: 'success', data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) } });

    it('is a list of numbers, or one number', async () => {
      says(vector('0.99', '1e+06', 'NaN', '+Inf'));
      expect((await take(prometheus(), { successCondition: 'result[0] > 0.9 && result[1] == 1000000 && isNaN(result[2]) && isInf(result[3])' }))).toMatchObject({ measurement: { phase: 'Successful', value: '[0.99,1e+06,NaN,+Inf]' }, metadata: { ResolvedPrometheusQuery: 'up' } });
      expect(server.seen[0]).toMatchObject({ method: 'POST', url: expect.objectContaining({ pathname: '/api/v1/query' }) as URL });
      says(json({ status: 'success', data: { resultType: 'scalar', result: [1, '3'] }, warnings: ['slow', 'old'] }));
      expect((await take(prometheus(), { successCondition: 'result == 3' })).measurement).toMatchObject({ phase: 'Successful', value: '3', metadata: { warnings: '"slow", "old"' } });
      says(vector());
      expect([summary(await take(prometheus(), { successCondition: 'len(result) == 0' })), (await take(prometheus(), { successCondition: 'result[0] > 0' })).measurement.phase]).toEqual([['Successful', '[]'], 'Error']);
    });

    it('asks for a range', async () => {
      says(json({ status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, '1'], [2, '2']] }, { metric: {}, values: [[1, '3']] }] } }));
      const rangeQuery = { start: "now() - duration('1h')", end: 'now()', step: '1m' };
      expect(summary(await take(prometheus({ rangeQuery }), { successCondition: 'all(result, # < 4)' }))).toEqual(['Successful', '[1,2,3]']);
      const asked = new URLSearchParams(server.seen[0]?.body);
      expect([server.seen[0]?.url.pathname, Number(asked.get('end')) - Number(asked.get('start')), asked.get('step')]).toEqual(['/api/v1/query_range', 3600, '60']);
      expect(summary(await take(prometheus({ rangeQuery: { ...rangeQuery, end: 'later' } })))).toEqual(['Error', '"later" is no moment; write it as in now() - duration(\'5m\')']);
    });

    it('is an error where it is not asked, or says nothing that counts', async () => {
      says(json({ status: 'error', errorType: 'bad_data', error: 'parse error' }, 400));
      expect(summary(await take(prometheus()))).toEqual(['Error', 'Prometheus refuses the query: bad_data: parse error']);
      says({ status: 200, body: 'hello' });
      expect(summary(await take(prometheus()))).toEqual(['Error', 'Prometheus answered 200 with something that is no answer of its API']);
      says(json({ status: 'success', data: { resultType: 'string', result: [1, 'a'] } }));
      expect(summary(await take(prometheus()))).toEqual(['Error', 'the query gives a string; it must give numbers']);
    });
  });

  describe('of Datadog', () => {
    beforeEach(() => void (data = { 'argo-rollouts/datadog': { 'api-key': 'api', 'app-key': 'app', address: server.address }, 'shop/own': { 'api-key': 'api2', 'app-key': 'app2', address: server.address } }));

    it('is the newest point of a query, v1', async () => {
      says(json({ series: [{ pointlist: [[1000, 1], [2000, 0.25]] }] }));
      expect(summary(await take({ datadog: { query: 'sum:x{*}', interval: '10m' } }, { successCondition: 'result < 1' }))).toEqual(['Successful', '0.25']);
      const [seen] = server.seen;
      expect([seen?.url.pathname, seen?.headers['dd-api-key'], seen?.headers['dd-application-key'], Number(seen?.url.searchParams.get('to')) - Number(seen?.url.searchParams.get('from'))]).toEqual(['/api/v1/query', 'api', 'app', 600]);
      says(json({ series: [] }));
      expect(summary(await take({ datadog: { query: 'x' } }, { successCondition: 'default(result, 0) == 0' }))).toEqual(['Successful', '[]']);
    });

    it('is one number of several queries, v2', async () => {
      says(json({ data: { attributes: { columns: [{ type: 'group', values: [['a']] }, { type: 'number', values: [0.5] }] } } }));
      expect(summary(await take({ datadog: { apiVersion: 'v2', queries: { a: 'sum:x', b: 'sum:y' }, formula: 'a / b', secretRef: { name: 'own', namespaced: true } } }, { successCondition: 'result == 0.5' }))).toEqual(['Successful', '0.5']);
      const [seen] = server.seen;
      expect([seen?.url.pathname, seen?.headers['dd-api-key']]).toEqual(['/api/v2/query/scalar', 'api2']);
      expect(JSON.parse(seen?.body ?? '')).toMatchObject({ data: { type: 'scalar_request', attributes: { queries: [{ data_source: 'metrics', name: 'a', query: 'sum:x', aggregator: 'last' }, { name: 'b' }], formulas: [{ formula: 'a / b' }] } } });
    });

    it('says what keeps it from being asked', async () => {
      says(json({ errors: ['Forbidden api2'] }, 403));
      expect(summary(await take({ datadog: { query: 'x', secretRef: { name: 'own', namespaced: true } } }))[1]).toBe('Datadog answered 403: it does not take the keys: Forbidden ***');
      expect(summary(await take({ datadog: { query: 'x', secretRef: { name: 'none' } } }))).toEqual(['Error', 'Secret none in argo-rollouts has no keys api-key and app-key']);
      expect(summary(await take({ datadog: { queries: { a: 'x' } } }))[1]).toContain('version v1 takes one query');
    });
  });

  it('is an error for a source that is not asked', async () => {
    expect(summary(await take({ newRelic: {} }))).toEqual(['Error', 'newRelic is not asked by Serin']);
  });
});
