import { describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { splitOf } from '../../model/split.js';
import { HASH, HASHES, Rig, ingress, owner, path, pod } from './testing/rig.js';

const nginx = (changes: Partial<Rig['config']> = {}): Rig => {
  const rig = new Rig({ ingresses: [{ name: 'shop', canaryName: 'shop-shop-canary' }], ...changes });
  rig.cluster.put(ingress('shop', [{ host: 'shop.example.com', http: { paths: [path('shop'), path('elsewhere', '/other')] } }]));
  return rig;
};
const canary = (rig: Rig) => rig.cluster.get(resources.ingresses, 'shop-shop-canary')?.object;
const weight = (rig: Rig): string | undefined => canary(rig)?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'];

describe('the two Services and the canary Ingress', () => {
  it('goes up, is promoted, and rests', () => {
    const rig = nginx({ serviceAnnotations: { 'example.com/led-by': 'shop' } });
    expect(rig.to(0).waitsFor).toBeUndefined();
    expect([rig.leads('shop'), rig.leads('shop-canary'), weight(rig)]).toEqual(['stable', 'canary', '0']);
    expect(rig.read()).toEqual({ written: splitOf(0), accepted: splitOf(0), problems: [] });
    expect(rig.cluster.get(resources.services, 'shop')?.object.metadata.annotations).toEqual({ 'example.com/led-by': 'shop' });

    expect(rig.to(200)).toEqual({ stages: ['weights', 'weights settles'], waitsFor: undefined });
    expect(weight(rig)).toBe('20');
    expect(rig.read().accepted).toEqual(splitOf(200));

    expect(rig.to(1000)).toEqual({ stages: ['weights', 'weights settles', 'stable'], waitsFor: undefined });
    expect([rig.leads('shop'), rig.leads('shop-canary'), weight(rig)]).toEqual(['canary', 'canary', '100']);
    expect(rig.read().accepted).toEqual(splitOf(1000));

    expect(rig.go(() => rig.release('canary')).stages).toEqual(['weights', 'weights settles']);
    expect([rig.leads('shop'), rig.leads('shop-canary'), weight(rig)]).toEqual(['canary', 'canary', '0']);
    expect(rig.resting({ stable: HASHES.canary, canary: HASHES.canary })).toEqual([]);
  });

  it('falls before anything else when it is taken back', () => {
    const rig = nginx();
    rig.to(0);
    rig.to(500);
    expect(rig.to(0)).toEqual({ stages: ['weights', 'weights settles'], waitsFor: undefined });
    expect(rig.go(() => rig.release('stable')).stages).toEqual(['canary']);
    expect([rig.leads('shop'), rig.leads('shop-canary'), weight(rig)]).toEqual(['stable', 'stable', '0']);
    expect(rig.resting()).toEqual([]);
  });

  it('falls without waiting for slices of Pods that are going', () => {
    const rig = nginx();
    rig.to(0);
    rig.to(500);
    rig.follows = false;
    rig.cluster.put(pod('c2', 'canary', false));
    expect(rig.to(100).stages).toEqual(['weights']);
    expect(weight(rig)).toBe('10');
  });

  it('comes back from everything by weights, without a request that stable does not carry', () => {
    const rig = nginx();
    rig.to(0);
    rig.to(1000);
    expect(rig.to(0).stages).toEqual(['stable', 'weights', 'weights settles']);
    expect(rig.read().accepted).toEqual(splitOf(0));
    rig.to(1000);
    expect(rig.to(300).stages).toEqual(['stable', 'weights', 'weights settles']);
    expect(rig.read().accepted).toEqual(splitOf(300));
  });

  it('keeps a Service where it is until the other version has ready Pods and slices have followed', () => {
    const rig = nginx();
    rig.to(0);
    rig.go(() => rig.release());
    for (const name of ['c1', 'c2']) rig.cluster.put(pod(name, 'canary', false));
    rig.sync();
    expect(rig.to(0)).toEqual({ stages: [], waitsFor: undefined });
    expect(rig.leads('shop-canary')).toBe('stable');
    expect(rig.to(100).waitsFor).toBe(`no Pod of version ${HASHES.canary} is ready, which Service shop-canary is to lead to`);
    expect(weight(rig)).toBe('0');
    rig.follows = false;
    rig.cluster.put(pod('c1', 'canary'));
    expect(rig.to(100)).toEqual({ stages: ['canary'], waitsFor: 'the EndpointSlices of Service shop-canary lack 1 ready Pod and still hold 2 other Pods' });
    expect(weight(rig)).toBe('0');
    expect(rig.read().accepted).toBeUndefined();
    rig.sync();
    expect(rig.to(100).waitsFor).toBeUndefined();
  });

  it('takes over a Service that chose all Pods only when its own version is ready', () => {
    const rig = nginx();
    for (const name of ['s1', 's2', 'c1', 'c2']) rig.cluster.remove('Pod', name);
    rig.cluster.put(pod('d1', undefined));
    rig.sync();
    expect(rig.rest()).toBe(1);
    expect(rig.leads('shop')).toBe('both');
    expect(weight(rig)).toBe('0');
    rig.cluster.put(pod('s1', 'stable'));
    rig.sync();
    expect(rig.rest()).toBe(2);
    expect([rig.leads('shop'), rig.leads('shop-canary'), rig.rest()]).toEqual(['stable', 'stable', 0]);
  });

  it('takes over a Service at once that nobody answers behind', () => {
    const rig = nginx();
    for (const name of ['s1', 's2', 'c1', 'c2']) rig.cluster.remove('Pod', name);
    rig.sync();
    expect([rig.rest(), rig.leads('shop'), rig.rest()]).toEqual([3, 'stable', 0]);
  });

  it('names who rewrote a selector or a weight, and what is missing', () => {
    const rig = nginx();
    rig.to(0);
    rig.to(200);
    rig.cluster.edit(resources.services, 'shop', ({ spec }) => delete spec?.selector?.[HASH], 'argocd-controller');
    expect(rig.read().problems).toMatchObject([{ place: 'Service shop, spec.selector', problem: expect.stringContaining('field manager "argocd-controller" took the hash out of it') as string }]);
    rig.to(200);
    rig.cluster.edit(resources.ingresses, 'shop-shop-canary', ({ metadata }) => void (metadata.annotations = { ...metadata.annotations, 'nginx.ingress.kubernetes.io/canary-weight': '70' }), 'kubectl-edit');
    expect(rig.read().problems).toMatchObject([{ problem: expect.stringContaining('set the weight to 70 %') as string }]);
    rig.lastWritten = undefined;
    rig.cluster.remove('Service', 'shop-canary');
    expect(rig.to(300).waitsFor).toBe('Service shop-canary: does not exist');
  });
});

describe('mode switch', () => {
  const active = (): Rig => new Rig({ mode: 'switch' });

  it('goes over at once, and the preview follows the newest version', () => {
    const rig = active();
    expect(rig.to(0)).toEqual({ stages: ['active', 'preview'], waitsFor: undefined });
    expect([rig.leads('shop'), rig.leads('shop-canary'), rig.read().accepted]).toEqual(['stable', 'canary', splitOf(0)]);
    expect(rig.to(1000).stages).toEqual(['active']);
    expect([rig.leads('shop'), rig.read().accepted]).toEqual(['canary', splitOf(1000)]);
    // A part cannot be shown: it stays where it is.
    expect(rig.to(400).stages).toEqual([]);
    expect(rig.to(0).stages).toEqual(['active']);
    expect(rig.go(() => rig.release()).stages).toEqual([]);
    expect([rig.leads('shop'), rig.leads('shop-canary'), rig.rest()]).toEqual(['stable', 'canary', 0]);
  });

  it('does not go over to Pods that are not ready; the preview does', () => {
    const rig = active();
    for (const name of ['c1', 'c2']) rig.cluster.put(pod(name, 'canary', false));
    rig.sync();
    rig.to(0);
    expect(rig.leads('shop-canary')).toBe('canary');
    expect(rig.to(1000).waitsFor).toContain('no Pod of version');
    expect(rig.leads('shop')).toBe('stable');
  });

  it('needs no Service for previews', () => {
    const { canary: _canary, ...config } = active().config;
    const rig = new Rig();
    Object.assign(rig, { config });
    rig.to(1000);
    expect([rig.leads('shop'), rig.leads('shop-canary')]).toEqual(['canary', 'both']);
  });
});

describe('mode pods', () => {
  it('lets Services follow their versions while Pods are counted', () => {
    const rig = new Rig({ mode: 'pods' });
    rig.cluster.put(pod('c1', 'canary', false));
    rig.cluster.put(pod('c2', 'canary', false));
    rig.sync();
    rig.to(0);
    expect([rig.leads('shop'), rig.leads('shop-canary'), rig.read().written]).toEqual(['stable', 'stable', splitOf(0)]);
    rig.cluster.put(pod('c1', 'canary'));
    rig.sync();
    rig.to(333);
    expect([rig.leads('shop'), rig.leads('shop-canary'), rig.read().written]).toEqual(['stable', 'canary', splitOf(333)]);
    rig.to(1000);
    expect(rig.leads('shop')).toBe('canary');
    rig.go(() => rig.release('stable'));
    expect([rig.leads('shop'), rig.leads('shop-canary'), rig.resting()]).toEqual(['stable', 'stable', []]);
  });
});

it('names its owner, and only it may be written', () => {
  const rig = nginx();
  rig.to(0);
  expect(canary(rig)?.metadata.ownerReferences).toEqual([{ ...owner, controller: true, blockOwnerDeletion: true }]);
  const other = nginx();
  other.cluster.put(ingress('shop-shop-canary', []));
  expect(other.to(0).waitsFor).toBe('Ingress shop-shop-canary: has the name of the canary Ingress that Serin makes, but Rollout shop does not control it');
});
