import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../cluster/client.js';
import { createClient } from '../cluster/create-client.js';
import { install } from '../controller/installation.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import { resources } from '../kubernetes/resources.js';
import { startApi } from '../local/api/testing/local-client.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { API_VERSION, HOTFIX_ANNOTATION, serinResources } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { putTemplate } from './workload-writes.js';

const namespace = 'default';
const web = { namespace, name: 'web' };
const labels = { app: 'web' };
const templateOf = (image: string): PodTemplateSpec => ({ metadata: { name: '', labels }, spec: { containers: [{ name: 'web', image }] } });
const { signal } = new AbortController();

describe('another template with a reason why it is not judged', () => {
  let client: ClusterClient;
  beforeEach(async () => {
    client = createClient(startApi().api.transport(), { fieldManager: 'test' });
    await install(client, systemClock, signal);
  });

  const policyWith = (workload: ReleasePolicy['spec']['workload']): Promise<ReleasePolicy> =>
    client.create(serinResources.releasePolicies, { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { ...web, annotations: { team: 'shop' } }, spec: { workload, strategy: { canary: { steps: [{ weight: 100 }] } }, drain: '1s', readyTimeout: '30s' } });
  const annotations = async (): Promise<unknown> => (await client.get(serinResources.releasePolicies, web)).metadata.annotations;

  it('is one write where the policy holds the template', async () => {
    const policy = await policyWith({ inline: { replicas: 1, selector: { matchLabels: labels }, template: templateOf('web:v2') } });
    await putTemplate(client, { policy, deployment: undefined }, templateOf('web:v1'), { hotfix: 'rollback', signal });
    const { spec } = await client.get(serinResources.releasePolicies, web);
    expect(spec.workload.inline?.template.spec?.containers[0]?.image).toBe('web:v1');
    expect(await annotations()).toEqual({ team: 'shop', [HOTFIX_ANNOTATION]: 'rollback' });
  });

  it('leaves no reason for another release where the Deployment has changed meanwhile', async () => {
    const policy = await policyWith({ deployment: 'web' });
    const deployment = await client.create(resources.deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: web, spec: { replicas: 1, selector: { matchLabels: labels }, template: templateOf('web:v2') } });
    await client.patch(resources.deployments, web, { kind: 'merge', body: { spec: { replicas: 2 } } });
    await expect(putTemplate(client, { policy, deployment }, templateOf('web:v1'), { hotfix: 'rollback', signal })).rejects.toMatchObject({ code: 409 });
    expect(await annotations()).toEqual({ team: 'shop' });
    await putTemplate(client, { policy, deployment: await client.get(resources.deployments, web) }, templateOf('web:v1'), { hotfix: 'rollback', signal });
    expect(await annotations()).toEqual({ team: 'shop', [HOTFIX_ANNOTATION]: 'rollback' });
  });
});
