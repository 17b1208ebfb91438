import { describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { splitOf, type Split } from '../../model/split.js';
import { noneRouter } from '../none/router.js';
import type { Claim, Found, Router, RouterContext, Stage } from '../router.js';
import { severalRouters } from './router.js';

const found: Found = { now: 0, get: () => undefined, list: () => [] };
const target = (hash: string, readyPods: number) => ({ hash, readyPods, podLabels: {} });
const context: RouterContext = { namespace: 'shop', policy: 'web', service: 'web', canaryService: 'web-canary', versions: { stable: target('a', 3), canary: target('b', 1) } };
const stage = (name: string): Stage => ({ name, writes: [], waitsFor: undefined });
const claim = (name: string, namespace?: string): Claim => ({ kind: 'Service', name, ...(namespace === undefined ? {} : { namespace }), found: {} });

/** All claims on record, with these among them. */
const claimed = (recorded: readonly Claim[], ...own: readonly Claim[]): Claim[] => [...new Map([...recorded, ...own].map((each) => [`${each.namespace ?? ''}/${each.name}`, each])).values()];

function router(name: string, split: Split | undefined, change: Partial<Router> = {}): { router: Router; config: unknown } {
  return {
    config: name,
    router: {
      ...noneRouter,
      name,
      watches: [resources.services],
      check: (config) => [{ place: String(config), problem: 'is wrong', remedy: 'mend it' }],
      write: (_config, _split, _found, claims) => ({ stages: [stage(`${name} weights`), stage('tidy')], claims: claimed(claims, claim('web'), claim('web', name)) }),
      read: () => ({ written: split, accepted: split, problems: [{ place: name, problem: 'overwritten', remedy: 'wait' }] }),
      ...change,
    },
  };
}

describe('several routers as one', () => {
  const { router: both, config } = severalRouters([router('one', splitOf(100)), router('two', splitOf(100))]);

  it('ask each with its own configuration, and are named after all', () => {
    expect(both.name).toBe('one and two');
    expect(both.watches).toEqual([resources.services]);
    expect(both.check(config, found, context).map(({ place }) => place)).toEqual(['one', 'two']);
  });

  it('stage one after the other, tidy at last, and claim each object once', () => {
    const plan = both.write(config, splitOf(100), found, [], context);
    expect(plan.stages.map(({ name }) => name)).toEqual(['one weights', 'two weights', 'tidy', 'tidy']);
    expect(plan.claims).toEqual([claim('web'), claim('web', 'one'), claim('web', 'two')]);
  });

  it('keep what one claims later, though the next one knows it from the record', () => {
    const later = { ...claim('shop'), found: { routes: 2 } };
    const first = router('one', undefined, { write: (_config, _split, _found, claims) => ({ stages: [], claims: claimed(claims, later) }) });
    const { router: several, config: configs } = severalRouters([first, router('two', undefined)]);
    expect(several.write(configs, splitOf(100), found, [claim('shop')], context).claims).toContainEqual(later);
    expect(several.write(configs, splitOf(100), found, [claim('shop')], context).claims).not.toContainEqual(claim('shop'));
  });

  it('have a share only where all say the same', () => {
    expect(both.read(config, found, [], context)).toMatchObject({ accepted: splitOf(100), written: splitOf(100), problems: [{ place: 'one' }, { place: 'two' }] });
    for (const other of [splitOf(200), undefined]) {
      const split = severalRouters([router('one', splitOf(100)), router('two', other)]);
      expect(split.router.read(split.config, found, [], context)).toMatchObject({ accepted: undefined, written: undefined });
    }
  });

  it('can what each can, and name who cannot', () => {
    const able = router('one', undefined, { capabilities: { ...noneRouter.capabilities, mirror: { supported: true, note: 'by copies' } } });
    expect(severalRouters([able, able]).router.capabilities.mirror).toEqual({ supported: true, note: 'by copies' });
    expect(severalRouters([able, router('two', undefined)]).router.capabilities.mirror).toEqual({ supported: false, note: 'two: nobody sends requests through a Service' });
  });
});

describe('no router', () => {
  it('reads shares off the ready Pods, and writes nothing', () => {
    expect(noneRouter.read({}, found, [], context).accepted).toEqual(splitOf(250));
    expect(noneRouter.read({}, found, [], { ...context, versions: { stable: target('a', 0), canary: target('b', 0) } }).accepted).toBeUndefined();
    expect(noneRouter.write({}, splitOf(500), found, [claim('web')], context)).toEqual({ stages: [], claims: [claim('web')] });
  });
});
