import { describe, expect, it } from 'vitest';
import { splitOf } from '../../model/split.js';
import { claimRoute } from './claims.js';
import type { HttpRoute } from './objects.js';
import { findRoutes } from './route-identity.js';
import { splitDestinations } from './weights.js';

const to = (port: number, rest: Partial<HttpRoute> = {}): HttpRoute => ({ ...rest, route: [{ destination: { host: 'reviews', port: { number: port } } }] });
const steered = (route: HttpRoute): HttpRoute => ({ ...route, route: splitDestinations(route.route ?? [], splitOf(100), { stable: 'aaa', canary: 'bbb' }) });
const claimsOf = (routes: HttpRoute[]) => routes.map((route, index) => claimRoute(route, index, false));
const other: HttpRoute = { route: [{ destination: { host: 'ratings' } }] };

describe('findRoutes', () => {
  it('goes by name, wherever the route stands and whatever else it does', () => {
    const [a, b] = [to(1, { name: 'a' }), to(1, { name: 'b' })];
    expect(findRoutes(claimsOf([a, b]), [other, { ...steered(b), timeout: '9s' }, steered(a)])).toEqual([{ at: 2 }, { at: 1 }]);
  });

  it('goes by what the route does when it was renamed', () => {
    const [a, b] = [to(1, { name: 'a', timeout: '1s' }), to(2, { timeout: '2s' })];
    expect(findRoutes(claimsOf([a, b]), [steered(b), { ...steered(a), name: 'x' }])).toEqual([{ at: 1 }, { at: 0 }]);
  });

  it('goes by destinations where the rest is alike', () => {
    const [a, b] = [to(1), to(2)];
    expect(findRoutes(claimsOf([a, b]), [steered(b), other, steered(a)])).toEqual([{ at: 2 }, { at: 0 }]);
    expect(findRoutes(claimsOf([a, b]), [steered(b)])).toEqual(['gone', { at: 0 }]);
  });

  it('does not care which is which where it makes no difference', () => {
    expect(findRoutes(claimsOf([to(1), to(1)]), [other, steered(to(1)), steered(to(1))])).toEqual([{ at: 1 }, { at: 2 }]);
    expect(findRoutes(claimsOf([to(1), to(1)]), [steered(to(1))])).toEqual([{ at: 0 }, 'gone']);
  });

  it('is not certain where what differed looks alike and has moved', () => {
    const plain = to(1);
    const weighted: HttpRoute = { route: (plain.route ?? []).map((each) => ({ ...each, weight: 100 })) };
    const claims = claimsOf([plain, weighted]);
    expect(findRoutes(claims, [steered(plain), steered(weighted)])).toEqual([{ at: 0 }, { at: 1 }]);
    expect(findRoutes(claims, [other, steered(weighted), steered(plain)])).toEqual(['ambiguous', 'ambiguous']);
  });

  it('finds a route that was renamed and changed, by the subsets it names', () => {
    const a = to(1, { name: 'a', timeout: '1s' });
    expect(findRoutes(claimsOf([a]), [other, { ...steered(a), name: 'x', timeout: '2s' }])).toEqual([{ at: 1 }]);
    expect(findRoutes(claimsOf([a]), [other])).toEqual(['gone']);
  });
});
