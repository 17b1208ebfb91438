import type { ClusterClient } from '../../../../src/cluster/client.js';
import { resources } from '../../../../src/kubernetes/resources.js';

/** Makes the class `nginx` known. Here nobody serves it: what Serin writes is looked at, and data planes show what it does. */
export async function openIngressClass(client: ClusterClient): Promise<void> {
  const nginx = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } };
  await client.apply(resources.ingressClasses, nginx, { fieldManager: 'test', force: true });
}
