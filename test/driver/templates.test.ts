import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricTemplate } from '../../src/model/metric-template.js';
import type { Analysis } from '../../src/model/policy/analysis.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, resources, serinResources } from './driver.js';
import { getRelease, namespace, policy, setImage, settle, web } from './program.js';

const template = (failure: string): MetricTemplate => ({
  apiVersion: API_VERSION, kind: 'MetricTemplate', metadata: { name: 'shared', namespace },
  spec: { arguments: [{ name: 'most', default: '5' }], condition: { failure, every: '30s' }, from: { prometheus: { address: 'http://prometheus.invalid:9090', value: 'x{pod=~"{{canary}}-.*"}', every: '5s', timeout: '10s' } } },
});
const shared = { namespace, name: 'shared' };

describe('templates of metrics', () => {
  const driver = new Driver({ seed: 51 });
  const { client } = driver;
  const said = (): string => `${driver.object(serinResources.releasePolicies, web)?.status?.phase ?? ''}: ${driver.object(serinResources.releasePolicies, web)?.status?.message ?? ''}`;
  const says = (words: RegExp): Promise<void> => driver.until(`the policy says ${words.source}`, () => words.test(said()));
  const analysing = (analysis: Analysis): Promise<unknown> => driver.run(() => client.patch(serinResources.releasePolicies, web, { kind: 'merge', body: { spec: { analysis } } }));

  beforeAll(async () => {
    await driver.start();
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
  });
  afterAll(() => driver.stop());

  it('refuse a policy while they are missing, mistyped or unfit, and let it run when that is mended', async () => {
    await analysing({ metrics: [{ name: 'slow', dryRun: true, template: { name: 'shared' } }] });
    await says(/^Refused: spec\.analysis\.metrics\[0\]\.template\.name: there is no MetricTemplate shared in this namespace\. Create it, or correct the name\.$/);
    expect(driver.object(serinResources.releasePolicies, web)?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'Refused' });
    // Nothing else happens that could have the policy looked at.
    await driver.run(() => client.create(serinResources.metricTemplates, template('result > {{arguments.most}} {{argument.x}}')));
    await says(/^Refused: .*nothing is known under the name \{\{argument\.x\}\}/);
    await driver.run(() => client.patch(serinResources.metricTemplates, shared, { kind: 'merge', body: { spec: { condition: { failure: 'result > {{arguments.most}}' } } } }));
    await says(/^Resting/);
    await driver.run(() => client.delete(serinResources.metricTemplates, shared));
    await says(/^Refused: .*there is no MetricTemplate shared/);
    await analysing({ metrics: [{ name: 'slow', dryRun: true, template: { kind: 'ClusterMetricTemplate', name: 'shared' } }] });
    await says(/^Refused: .*there is no ClusterMetricTemplate shared\./);
    await driver.run(() => client.create(serinResources.clusterMetricTemplates, { ...template('result > {{arguments.most}}'), kind: 'ClusterMetricTemplate', metadata: { name: 'shared' } }));
    await says(/^Resting/);
  });

  it('are filled in when a release begins, whose plan no change of theirs touches', async () => {
    await setImage(driver, 'web:v2');
    await driver.until('it pauses', async () => (await getRelease(driver))?.status?.step.index === 1);
    const release = await getRelease(driver);
    const { name } = driver.objects(resources.replicaSets).map(({ metadata }) => metadata).find(({ name: each }) => each === release?.spec.canary.replicaSet) ?? { name: 'none' };
    expect(release?.spec.plan.analysis?.metrics).toEqual([{
      name: 'slow', dryRun: true, condition: { failure: 'result > 5', every: '30s' }, from: { prometheus: { address: 'http://prometheus.invalid:9090', value: `x{pod=~"${name}-.*"}`, every: '5s', timeout: '10s' } },
    }]);
    await driver.run(() => client.delete(serinResources.clusterMetricTemplates, { name: 'shared' }));
    await driver.run(() => client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { spec: { advanceTo: 9 } } }));
    await driver.until('it ends', async () => (await getRelease(driver))?.status?.phase === 'Completed', 120);
    expect((await getRelease(driver))?.spec.plan).toEqual(release?.spec.plan);
    await says(/^Refused: .*there is no ClusterMetricTemplate shared/);
  });
});
