import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../../../src/cli/doctor/finding.js';
import { selector } from '../../../../src/installation/parts/part.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { controllerAccount } from '../../lab/serin-controller.js';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.stop());

it('serin doctor finds kinds, leader and admission policies of a real API server', async () => {
  await LabShop.open(lab, 'doctor', { strategy: { canary: { steps: [{ weight: 20 }] } } });
  const { stdout, stderr } = await lab.serin('doctor', '-n', 'doctor', '-o', 'json');
  expect(stderr).not.toContain('Error');
  const findings = JSON.parse(stdout) as Finding[];
  const of = (check: string): string[] => findings.filter((each) => each.check === check).map(({ result, message }) => `${result}: ${message}`);
  expect(of('Kubernetes')).toEqual([expect.stringMatching(/^ok: v1\.\d+\.\d+\.$/)]);
  expect(of('kinds').sort()).toEqual([...['approvals', 'clusterfreezewindows', 'clustermetrictemplates', 'clusternotificationchannels', 'evidence', 'freezewindows', 'imageapprovals'], ...['imagepolicies', 'imageupdates', 'metrictemplates', 'notificationchannels', 'releasepolicies', 'releases']].map((kind) => `ok: ${kind}.serin.dev is there.`));
  // The laboratory runs it beside the cluster, so that there is no Deployment of it.
  expect(of('controller')).toContainEqual(expect.stringMatching(/^ok: \S+ leads, by Lease \S+\/serin\.$/));
  expect(of('rights')).toEqual(['ok: You may steer releases.']);
  expect(of('admission')).toEqual(['ok: Approvals are bound to their authors.', 'ok: A Deployment is paused by the request that changes its template.']);
});

it('serin doctor asks a real API server what a ServiceAccount may do', async () => {
  const namespace = 'doctor-rights';
  await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} });
  for (const [within, account] of [[controllerAccount.namespace, controllerAccount.name], [namespace, 'nobody']] as const) {
    const key = { namespace: within, name: 'doctor-rights' };
    await lab.client.create(resources.deployments, {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...key, labels: selector },
      spec: { replicas: 0, selector: { matchLabels: { app: 'doctor' } }, template: { metadata: { labels: { app: 'doctor' } } as never, spec: { serviceAccountName: account, containers: [{ name: 'x', image: 'x' }] } } },
    });
    onTestFinished(() => lab.client.delete(resources.deployments, key, { propagationPolicy: 'Background' }));
  }
  const { stdout, code } = await lab.serin('doctor', '-o', 'json');
  expect(code).toBe(1);
  const rights = (JSON.parse(stdout) as Finding[]).filter(({ check }) => check === 'rights').map(({ result, message }) => `${result}: ${message}`);
  expect(rights).toContain(`ok: ServiceAccount ${controllerAccount.namespace}/${controllerAccount.name} may do all that a controller does.`);
  expect(rights).toContainEqual(expect.stringMatching(/^fail: ServiceAccount doctor-rights\/nobody may not get, list, watch, create, patch, update, delete releasepolicies\.serin\.dev; .*list, watch ingressclasses\.networking\.k8s\.io; .*list, watch gatewayclasses\.gateway\.networking\.k8s\.io; .*list, watch clustermetrictemplates\.serin\.dev; .*\.$/));
});
