import { expect, it } from 'vitest';
import { Driver, resources, serinResources } from './driver.js';
import { deployment, namespace, policy, service, virtualService } from './program.js';

/** How many releases at once; 200 takes a minute or two. */
const RELEASES = Number(process.env['SERIN_SCALE'] ?? 30);

it(`${RELEASES} releases at once in one namespace finish, at a flat cost each`, async () => {
  const boundaries: string[] = [];
  const driver = new Driver({ seed: 81, faults: { reach: (boundary) => (boundaries.push(boundary), Promise.resolve()) } });
  await driver.start();
  const names = Array.from({ length: RELEASES }, (_, index) => `web-${String.fromCharCode(97 + Math.floor(index / 26))}${String.fromCharCode(97 + (index % 26))}`);
  const steps = [{ weight: 50 }, { weight: 100 }];
  try {
    await driver.run(async () => {
      for (const name of names) {
        const labels = { app: name };
        const base = deployment('web:v1', 1);
        await driver.client.create(resources.services, { ...service, metadata: { name, namespace }, spec: { ...service.spec, selector: labels } });
        await driver.client.create(resources.virtualServices, { ...virtualService, metadata: { name, namespace }, spec: { hosts: [name], http: [{ route: [{ destination: { host: name } }] }] } });
        await driver.client.create(resources.deployments, { ...base, metadata: { name, namespace }, spec: { ...base.spec, selector: { matchLabels: labels }, template: { ...base.spec.template, metadata: { name: '', labels } } } });
        const { spec, ...rest } = policy(steps);
        await driver.client.create(serinResources.releasePolicies, { ...rest, metadata: { name, namespace }, spec: { ...spec, workload: { deployment: name }, service: name } });
      }
    });
    await driver.until('all policies rest', () => driver.objects(serinResources.releasePolicies).every(({ status }) => status?.phase === 'Resting') && driver.objects(resources.deployments).every(({ metadata }) => metadata.labels?.['serin.dev/policy'] !== undefined));
    boundaries.length = 0;
    driver.leadershipChecks = 0;
    const begin = performance.now();
    await driver.run(async () => {
      for (const name of names) {
        await driver.client.patch(resources.deployments, { namespace, name }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:v2' }] } } } } });
      }
    });
    await driver.until('all releases have completed', () => {
      const releases = driver.objects(serinResources.releases);
      return releases.length === RELEASES && releases.every(({ status }) => status?.phase === 'Completed') && driver.objects(serinResources.releasePolicies).every(({ status }) => status?.phase === 'Resting');
    });
    const writes = boundaries.filter((boundary) => boundary.endsWith('.before')).length / RELEASES;
    const passes = driver.leadershipChecks / RELEASES - writes;
    console.log(`${RELEASES} releases: ${(performance.now() - begin).toFixed(0)} ms, ${writes.toFixed(1)} writes and ${passes.toFixed(1)} passes each`);
    expect(writes).toBeLessThan(60);
    expect(passes).toBeLessThan(120);
    expect(driver.errors).toEqual([]);
  } finally {
    await driver.stop();
  }
}, 300_000);
