import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageUpdateSpec, ImageUpdateStatus } from '../../src/model/images/image-update.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, serinResources } from '../driver/driver.js';
import { deploymentText, folder } from './files.js';
import { serin } from './driven-shell.js';

const namespace = 'default';

describe('images', () => {
  let driver: Driver;
  beforeAll(async () => {
    driver = new Driver();
    await driver.startCluster();
  });
  afterAll(() => driver.stop());

  it('says where there are none', async () => expect((await serin(driver, ['images'])).err).toBe('There are no ImagePolicies in namespace default.\n'));

  it('shows what workloads follow, what runs, and what waits', async () => {
    await driver.run(async () => {
      const { client } = driver;
      const policy = await client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'web', namespace }, spec: { workload: { deployment: 'web' }, tags: { glob: 'b-*', order: 'numerical' } } });
      await client.replace(serinResources.imagePolicies, { ...policy, status: { image: 'shop/web:b-1', latest: 'b-3', message: 'Waits for a new image.' } }, { subresource: 'status' });
      const add = async (name: string, spec: Partial<ImageUpdateSpec>, status: ImageUpdateStatus): Promise<void> => {
        const made = await client.create(serinResources.imageUpdates, { apiVersion: API_VERSION, kind: 'ImageUpdate', metadata: { name, namespace }, spec: { policy: 'web', image: 'shop/web', tag: 'b-2', source: 'native', by: 'admin', receivedAt: '2026-01-01T00:00:00Z', ...spec } });
        await client.replace(serinResources.imageUpdates, { ...made, status }, { subresource: 'status' });
      };
      await add('web-b-2', {}, { phase: 'Applied', message: 'Deployment web asks for b-2.', endedAt: '2026-01-01T00:00:00Z', release: 'web-1' });
      await add('web-b-3', { tag: 'b-3' }, { phase: 'WaitingForApproval', message: 'Waits for approval, 0 of 1.' });
    });
    const { out } = await serin(driver, ['images', 'list']);
    expect(out).toMatch(/^POLICY +WORKLOAD +TAKES +RUNS +LATEST +MESSAGE\nweb +Deployment web +glob b-\* \(numerical\) +shop\/web:b-1 +b-3 +Waits for a new image\.\n\nUPDATE +POLICY +TAG +FROM +AGE +PHASE +RELEASE +MESSAGE\nweb-b-3 +web +b-3 +native, admin +\w+ +WaitingForApproval +- +Waits for approval, 0 of 1\.\n$/);
    expect((await serin(driver, ['images', '--all'])).out).toMatch(/web-b-2 +web +b-2 +native, admin +\w+ +Applied +web-1 /);
    expect(JSON.parse((await serin(driver, ['images', '-o', 'json'])).out)).toMatchObject({ policies: [{ metadata: { name: 'web' } }], updates: [{ metadata: { name: 'web-b-3' } }] });
  });
});

describe('lint of image policies', () => {
  const policy = (workload: string, tags: string, more = ''): string => `apiVersion: serin.dev/v1alpha1\nkind: ImagePolicy\nmetadata:\n  name: web\nspec:\n  workload: {${workload}}\n  tags: {${tags}}\n${more}`;
  const lint = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const { path, remove } = folder(files);
    try {
      // Each problem on one line, without the lines that show its place.
      return (await serin(undefined, ['lint', ...Object.keys(files).flatMap((name) => ['-f', name])], { cwd: path })).out.replaceAll(/\n {2}(?=[A-Z])/g, ' ');
    } finally {
      remove();
    }
  };

  it.each([
    [policy('deployment: web', 'level: minor'), '1 object of Serin checked, no error.'],
    [policy('deployment: web', 'semver: newest'), 'policy.yaml:7:10: spec.tags.semver: "newest" is no range of versions. Write it as npm does'],
    [policy('deployment: web', 'glob: "b-*"', '  poll: {every: 1m}\n'), 'spec.tags.order: is missing: polling has to choose one of many tags. Write order: semver, numerical or alphabetical.'],
    [policy('deployment: web', 'regexp: "("'), 'spec.tags.regexp: is no regular expression'],
    [policy('deployment: web', 'level: minor, semver: 1.x'), 'say one of semver, glob, regexp, level, sameTag'],
    [policy('deployment: web', 'levl: minor'), 'there is no field "levl". Did you mean level?'],
    [policy('deployment: web, rollout: web', 'level: minor'), 'name one of deployment, policy or rollout'],
  ])('says what is wrong: %#', async (text, expected) => expect(await lint({ 'policy.yaml': text })).toContain(expected));

  it('looks for the workload where there are others', async () => {
    const found = await lint({ 'app.yaml': deploymentText(), 'policy.yaml': policy('deployment: wep', 'level: minor') });
    expect(found).toContain('spec.workload.deployment: there is no Deployment "wep". Did you mean web?');
    expect(await lint({ 'app.yaml': deploymentText(), 'policy.yaml': policy('deployment: web', 'level: minor') })).toContain('no error');
  });
});
