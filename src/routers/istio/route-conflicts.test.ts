import { expect, it } from 'vitest';
import { splitOf, type Split } from '../../model/split.js';
import { TestCluster } from '../testing/cluster.js';
import { reviewsContext, reviewsService, virtualService } from '../testing/manifests.js';
import { istioRouter } from './router.js';

type Route = Parameters<typeof virtualService>[0][number];

function problemsOf(route: Partial<Route>, split: Partial<Split>): string[] {
  const cluster = new TestCluster();
  cluster.put(reviewsService());
  cluster.put(virtualService([{ name: 'old', match: [{ uri: { prefix: '/green/old' } }], route: [{ destination: { host: 'others' } }] }, { name: 'main', route: [{ destination: { host: 'reviews' } }], ...route }]));
  const problems = istioRouter.inexpressible?.({}, { ...splitOf(100), ...split }, reviewsContext(), cluster) ?? [];
  return problems.map(({ place, problem }) => `${place}: ${problem}`);
}

it('refuses beforehand what could not be written beside a route', () => {
  const regex = [{ headers: { user: { regex: 'a.*' } } }];
  expect(problemsOf({ match: regex }, { matches: [{ headers: [{ name: 'user', exact: 'ab' }] }] })).toEqual([
    'VirtualService reviews, spec.http[1] ("main").match: has its own condition on header "user", and Istio takes only one for each header',
  ]);
  const setsCookie = [{ destination: { host: 'reviews' }, headers: { response: { add: { 'set-cookie': 'a=b' } } } }];
  expect(problemsOf({ route: setsCookie }, { sticky: { cookie: 'version', maxAgeSeconds: 60 } })).toEqual([
    expect.stringContaining('already adds a set-cookie header'),
  ]);
  expect(problemsOf({}, { preview: { path: '/green' } })).toEqual([expect.stringContaining('which the preview path /green would hide')]);
});

it('has nothing against what can be written', () => {
  expect(problemsOf({ match: [{ headers: { user: { exact: 'ab' } } }] }, { matches: [{ headers: [{ name: 'tester', exact: 'yes' }] }], preview: { path: '/blue' } })).toEqual([]);
});
