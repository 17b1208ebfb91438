import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { validateKind } from '../../model/policy-validation.js';
import { TestCluster } from '../testing/cluster.js';
import { ingressNginxRouter } from './router.js';
import { nginxClass } from './testing/manifests.js';

const folder = new URL('../../../examples/ingress-nginx/', import.meta.url);
const objectsOf = (file: string): KubernetesObject[] => parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((each) => each.toJS() as KubernetesObject);

it.each(readdirSync(folder).filter((file) => /^policy.*\.yaml$/.test(file)))('%s can be run as it is', (file) => {
  const cluster = new TestCluster();
  cluster.put(nginxClass);
  const objects = [...objectsOf('webapp.yaml'), ...objectsOf(file)];
  const policy = objects.find(({ kind }) => kind === 'ReleasePolicy') as ReleasePolicy;
  for (const { metadata, ...rest } of objects) if (metadata.namespace === policy.metadata.namespace) cluster.put({ ...rest, metadata: { ...metadata, namespace: 'shop' } });
  expect(validateKind('ReleasePolicy', policy)).toEqual([]);
  const [stable, canary] = policy.spec.workload.versions?.list ?? [];
  const version = (service: string | undefined) => ({ hash: 'x', readyPods: 1, podLabels: {}, ...(service === undefined ? {} : { service }) });
  const context = { namespace: 'shop', policy: policy.metadata.name, service: policy.spec.service ?? '', canaryService: 'webapp-canary', versions: { stable: version(stable?.service), canary: version(canary?.service) } };
  expect(ingressNginxRouter.check(policy.spec.router?.ingressNginx ?? {}, cluster, context)).toEqual([]);
});
