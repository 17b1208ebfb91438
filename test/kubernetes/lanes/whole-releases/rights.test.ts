import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controllerRules } from '../../../../src/controller/controller-rules.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { readAudit, type AuditedRequest } from '../../lab/audit.js';
import { LabShop } from '../../lab/lab-shop.js';
import { openLab, type Lab } from '../../lab/open-lab.js';

describe('what the controller may do on a real control plane', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab?.stop());

  it('is enough: no request of its ServiceAccount is refused', async () => {
    const shop = await LabShop.open(lab, 'rights', { strategy: { canary: { steps: [{ weight: 20 }] } } });
    await shop.set('example/shop:v2');
    await shop.ends('Completed', 120);
    const requests = await readAudit(lab.handle.auditLog ?? '');
    expect(requests.filter(({ verb }) => verb === 'patch').length).toBeGreaterThan(0);
    // Nobody may create anything in a namespace that other tests are done with.
    const { items } = await lab.client.list(resources.namespaces);
    const staying = new Set(items.flatMap(({ metadata }) => (metadata.deletionTimestamp === undefined ? metadata.name : [])));
    const isLate = ({ namespace, verb }: AuditedRequest): boolean => verb === 'create' && namespace !== undefined && !staying.has(namespace);
    expect(requests.filter((request) => request.code === 403 && !isLate(request))).toEqual([]);
  });

  it('is asked by the rules that are shipped, and by no others', async () => {
    const requests = (await readAudit(lab.handle.auditLog ?? '')).filter(({ resource }) => resource !== '');
    const isCovered = (apiGroup: string, resource: string, verb: string): boolean =>
      controllerRules.some(({ apiGroups = [], resources = [], verbs }) => apiGroups.includes(apiGroup) && (resources.includes(resource) || resources.includes('*')) && verbs.includes(verb));
    const uncovered = requests.filter(({ apiGroup, resource, verb }) => !isCovered(apiGroup, resource, verb));
    expect([...new Set(uncovered.map(({ apiGroup, resource, verb }) => `${verb} ${apiGroup}/${resource}`))]).toEqual([]);
  });
});
