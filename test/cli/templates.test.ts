import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Driver, serinResources } from '../driver/driver.js';
import { namespace, settle } from '../driver/program.js';
import { serin } from './driven-shell.js';
import { deploymentText, documents, folder, policyText, routeText, serviceText } from './files.js';

const removing: (() => void)[] = [];
afterEach(() => removing.splice(0).forEach((remove) => remove()));

function written(text: string): string {
  const { path, remove } = folder({ 'all.yaml': text });
  removing.push(remove);
  return path;
}

const template = (spec: object, kind = 'MetricTemplate', name = 'shared'): string => stringify({ apiVersion: 'serin.dev/v1alpha1', kind, metadata: { name }, spec });
const query = { prometheus: { address: 'http://prometheus:9090', value: 'x{pod=~"{{canary}}-.*"}' } };
const good = template({ arguments: [{ name: 'most' }], condition: { failure: 'result > {{arguments.most}}' }, from: query });
const using = (name = 'shared', most = '5', kind?: 'ClusterMetricTemplate'): string =>
  policyText({ analysis: { metrics: [{ name: 'slow', template: { name, arguments: [{ name: 'most', value: most }], ...(kind ? { kind } : {}) } }], before: ['slow'] } });
const program = [deploymentText(), serviceText, routeText];

describe('templates of metrics in files', () => {
  const lint = async (...texts: readonly string[]): Promise<string> => (await serin(undefined, ['lint', '-f', 'all.yaml'], { cwd: written(documents(...texts)) })).out;

  it('are checked by themselves, with the place in the file', async () => {
    expect(await lint(good)).toContain('no error');
    const wrong = await lint(template({ condition: { failure: 'result > {{arguments.most}}' }, from: { prometheus: { address: 'http://p', valeu: 'x' } } }));
    expect(wrong).toContain('there is no field "valeu".\n  Did you mean value?');
    expect(await lint(template({ condition: { failure: 'result > {{arguments.most}}' }, from: query }))).toMatch(/all\.yaml:\d+:\d+: .*names an argument that the template does not have/);
    expect(await lint(template({ template: { name: 'other' } }))).toContain('a template cannot be made of another one.');
    expect(await lint(template({ latency: {}, from: query }, 'ClusterMetricTemplate'))).toContain('spec.from.prometheus.histogram: is missing.');
  });

  it('are filled in by policies of the same files', async () => {
    expect(await lint(good, using(), ...program)).not.toContain('error:');
    expect(await lint(good, using('shard'), ...program)).toContain('there is no MetricTemplate shard in this namespace.\n  Did you mean shared?');
    expect(await lint(good, using('shared', '5 6'), ...program)).toContain('MetricTemplate shared, spec.condition.failure: is no expression');
    expect(await lint(good.replace('kind: MetricTemplate', 'kind: ClusterMetricTemplate'), using('shared', '5', 'ClusterMetricTemplate'), ...program)).not.toContain('error:');
    // One that is wrong in itself is not said to be missing, and one of which there is no file may be somewhere else.
    expect(await lint(good.replace('failure:', 'fail:'), using(), ...program)).not.toContain('there is no MetricTemplate');
    expect(await lint(using(), ...program)).not.toContain('error:');
  });

  it('do not keep two metrics of one name apart', async () => {
    const twice = policyText({ analysis: { metrics: [{ name: 'errors', errorRate: {} }, { name: 'errors', template: { name: 'shared' } }] } });
    expect(await lint(good, twice, ...program)).toContain('spec.analysis.metrics[1]: stands there twice.\n  Remove one, or give it another name.');
  });

  it('are part of a plan, which is not told without them', async () => {
    const plan = (...texts: readonly string[]): ReturnType<typeof serin> => serin(undefined, ['plan', '-f', 'all.yaml'], { cwd: written(documents(...texts)) });
    const { code, out } = await plan(good, using(), ...program);
    expect(code).toBe(0);
    expect(out).toMatch(/\njudged by\n {2}slow: a condition every 30s, failure: result > 5 \(from prometheus\) \(in the steps that name it\)\n {2}false alarms at most 1 %/);
    const without = await plan(using(), ...program);
    expect(without.code).toBe(1);
    expect(without.err).toContain('policy web names MetricTemplate shared, which is not at hand. Give its file with -f too');
  });
});

describe('templates of metrics on a cluster', () => {
  const driver = new Driver({ seed: 52 });
  beforeAll(async () => {
    await driver.start();
    await settle(driver);
  });
  afterAll(() => driver.stop());
  const apply = (text: string, ...args: string[]): ReturnType<typeof serin> => serin(driver, ['apply', '-f', 'all.yaml', ...args], { cwd: written(text) });

  it('are looked for by apply, and applied before the policies that name them', async () => {
    const missing = await apply(using(), '--dry-run');
    expect(missing.code).toBe(1);
    expect(missing.err + missing.out).toContain('there is no MetricTemplate shared in this namespace.');
    expect(await apply(documents(using(), good), '--dry-run')).toMatchObject({ code: 0 });
    const { code, out } = await apply(documents(using(), good));
    expect({ code, order: out.indexOf('shared') < out.indexOf('ReleasePolicy') }).toEqual({ code: 0, order: true });
    expect(await apply(using(), '--dry-run')).toMatchObject({ code: 0 });
    expect((await serin(driver, ['plan', 'web'])).out).toContain('10 % to the canary');
    await driver.run(() => driver.client.delete(serinResources.metricTemplates, { namespace, name: 'shared' }));
    const plan = await serin(driver, ['plan', 'web']);
    expect({ code: plan.code, says: plan.err.includes('there is no MetricTemplate shared') }).toEqual({ code: 1, says: true });
  });
});
