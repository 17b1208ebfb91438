import { expect, it } from 'vitest';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { HTTPRoute } from '../../kubernetes/generated/gateway-api-v1.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { checkGateways, gatewaysElsewhere } from './gateways.js';

const policy = (router: ReleasePolicy['spec']['router']): ReleasePolicy => ({ apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' }, spec: { workload: { deployment: 'web' }, service: 'web', ...(router ? { router } : {}), strategy: { canary: { steps: [] } } } });
const route = (name: string, parentRefs: HTTPRoute['spec']['parentRefs'], service = 'web'): HTTPRoute => ({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name, namespace: 'shop' }, spec: { parentRefs: parentRefs ?? [], rules: [{ backendRefs: [{ name: service, port: 80 }] }] } });
const controller = (...args: string[]): Deployment => ({ spec: { template: { spec: { containers: [{ name: 'serin', args: ['controller', ...args] }] } } } }) as unknown as Deployment;

it('finds the Gateways of other namespaces, each once', async () => {
  const routes = [route('a', [{ name: 'public', namespace: 'infra' }, { name: 'own' }]), route('b', [{ name: 'public', namespace: 'infra' }]), route('other', [{ name: 'else', namespace: 'infra' }], 'another')];
  const lists = ({ kind }: { kind: string }): Promise<never> => Promise.resolve((kind === 'HTTPRoute' ? routes : 'unserved') as never);
  expect(await gatewaysElsewhere([policy({ gatewayApi: {} }), policy({ istio: {} })], lists)).toEqual([{ policy: 'shop/web', namespace: 'shop', gateway: 'infra/public' }]);
});

it('warns where the controller sees one namespace only', () => {
  const gateways = [{ policy: 'shop/web', namespace: 'shop', gateway: 'infra/public' }];
  const findings = (...controllers: Deployment[]): string[] => checkGateways({ controllers, gatewaysElsewhere: gateways }).map(({ result, message }) => `${result} ${message}`);
  expect(findings(controller('--watch-namespace=shop'))).toEqual([expect.stringMatching(/^warn Gateway infra\/public, by which shop\/web is served, is not in namespace shop/)]);
  expect(findings(controller())).toEqual([]);
  expect(findings(controller('--watch-namespace=shop'), controller())).toEqual([]);
  expect(findings()).toEqual([]);
});
