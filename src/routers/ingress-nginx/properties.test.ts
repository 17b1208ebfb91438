import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { HTTPIngressPath, Ingress } from '../../kubernetes/generated/networking-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { Match } from '../../model/match.js';
import { WHOLE, type Split } from '../../model/split.js';
import type { RouterContext, RoutingPlan } from '../router.js';
import { openStage } from '../testing/cluster.js';
import { expectEqual } from '../testing/expect-equal.js';
import { shareOf } from './canary-ingress.js';
import { CANARY, Rig, STABLE, ingress, ownVersions, service, to, webapp } from './testing/manifests.js';

const RUNS = 25;
const covered: Record<string, number> = {};
const count = (what: string): void => void (covered[what] = (covered[what] ?? 0) + 1);
const isOurs = ({ metadata }: Ingress): boolean => metadata.labels?.['serin.dev/policy'] !== undefined;

/** What an Ingress of a user may look like; `live` is the Service that clients use. */
const mainIngress = (live: string, name: string): fc.Arbitrary<Ingress> =>
  fc
    .record({
      regex: fc.boolean(),
      paths: fc.uniqueArray(fc.constantFrom('/', '/a', '/b(/|$)(.*)', '/c'), { minLength: 1, maxLength: 3 }),
      foreign: fc.boolean(),
      hosts: fc.constantFrom(['one.example.com'], ['one.example.com', 'two.example.com']),
      className: fc.boolean(),
      unknown: fc.boolean(),
    })
    .map(({ regex, paths, foreign, hosts, className, unknown }) => {
      const own = (host: string): HTTPIngressPath[] => [...(foreign ? [to('elsewhere', `/${host}`)] : []), ...paths.map((path) => to(live, `${path === '/' && regex ? '/()(.*)' : path}`, path.includes('(') || regex ? 'ImplementationSpecific' : 'Prefix'))];
      const object = ingress(name, [], regex ? { 'rewrite-target': '/$2', 'use-regex': 'true' } : { 'proxy-read-timeout': '9' }, { rules: hosts.map((host) => ({ host: `${name}.${host}`, http: { paths: own(host) } })), ...(unknown ? { 'x-unknown': { kept: [1] } } : {}) });
      if (!className) delete object.spec.ingressClassName;
      return object;
    });

const match: fc.Arbitrary<Match> = fc.constantFrom<Match>({ headers: [{ name: 'x-tester', exact: 'yes' }] }, { cookies: [{ name: 'canary', exact: 'always' }] });
const splits: fc.Arbitrary<Split> = fc
  .record({
    share: fc.oneof(fc.integer({ min: 0, max: WHOLE }), fc.constantFrom(0, 100, WHOLE)),
    matches: fc.option(fc.array(match, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 3 }),
    preview: fc.option(fc.constantFrom({ path: '/green' }, { host: 'green.example.com' }, { service: 'look' }), { nil: undefined, freq: 3 }),
  })
  .map(({ share, matches, preview }) => ({ shares: { stable: WHOLE - share, canary: share }, ...(matches && share < WHOLE ? { matches } : {}), ...(preview && share < WHOLE ? { preview } : {}) }));

type Step = { readonly split: Split; readonly stages: number };
const step: fc.Arbitrary<Step> = fc.record({ split: splits, stages: fc.integer({ min: 1, max: 12 }) });

class Run {
  readonly rig: Rig;
  readonly originals: readonly Ingress[];
  readonly live: string;

  constructor(context: RouterContext, originals: readonly Ingress[]) {
    this.rig = new Rig(context);
    this.live = context.versions.stable.service ?? context.service;
    this.rig.cluster.put(service('elsewhere', { app: 'other' }));
    this.rig.cluster.put(service('v1', { app: 'webapp', 'pod-template-hash': STABLE }));
    this.rig.cluster.put(service('v2', { app: 'webapp', 'pod-template-hash': CANARY }));
    for (const each of originals) this.rig.cluster.put(structuredClone(each));
    this.originals = this.users();
  }

  users(): Ingress[] {
    return this.rig.cluster.list(resources.ingresses).filter((each) => !isOurs(each)).map(({ metadata: { name, annotations }, spec }) => ({ apiVersion: '', kind: 'Ingress', metadata: { name, ...(annotations ? { annotations } : {}) }, spec }));
  }

  /** @returns whether something happened */
  advance(plan: RoutingPlan): boolean {
    const did = this.rig.advance(plan) !== undefined;
    this.expectSound();
    return did;
  }

  expectSound(): void {
    const { cluster, config } = this.rig;
    const services = cluster.list(resources.services);
    const ingresses = cluster.list(resources.ingresses);
    for (const each of ingresses) {
      for (const { http } of each.spec.rules ?? []) {
        // No stage leads to what is not there yet.
        const known = (http?.paths ?? []).every(({ backend }) => services.some(({ metadata }) => metadata.name === backend.service?.name));
        if (!known || !http?.paths.length) throw new Error(`leads nowhere: ${JSON.stringify(each.spec)}`);
      }
    }
    for (const canary of ingresses.filter((each) => isOurs(each) && each.metadata.name.endsWith('-serin-canary'))) {
      const share = shareOf(config, canary);
      if (share === undefined) throw new Error(`no share: ${JSON.stringify(canary)}`);
      // A Service that a canary Ingress leads to is the main backend of no path, but for the end where both lead to the canary.
      const names = (each: Ingress): string[] => (each.spec.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend.service?.name ?? ''));
      const previews = ingresses.filter((each) => isOurs(each) && each.metadata.name !== canary.metadata.name && !each.metadata.name.endsWith('-serin-canary'));
      if (share > 0) for (const preview of previews) expectEqual(names(preview).includes(names(canary)[0] ?? ''), false);
    }
    // Nothing of the users' Ingresses changes but where live paths lead, and preview paths.
    for (const [index, now] of this.users().entries()) {
      const strip = ({ metadata, spec }: Ingress | { metadata: object; spec: Ingress['spec'] }): unknown => ({
        metadata, spec: { ...spec, rules: spec.rules?.map((rule) => ({ ...rule, http: { paths: rule.http?.paths.filter(({ path }) => path !== '/green(/|$)(.*)').map((path) => (path.backend.service?.name === 'elsewhere' ? path : { ...path, backend: {} })) } })) },
      });
      const original = this.originals[index];
      expectEqual(strip(now), original && strip(original));
    }
  }
}

it.each([
  ['one Service', webapp, 'webapp'],
  ['own Services', ownVersions('v1', 'v2'), 'v1'],
] as const)('holds for any Ingresses and any splits: %s', (_what, context, live) => {
  fc.assert(
    fc.property(mainIngress(live, 'm'), fc.option(mainIngress(live, 'n'), { nil: undefined }), fc.array(step, { maxLength: 8 }), fc.constantFrom('stable', 'canary', undefined), (first, second, steps, lead) => {
      const run = new Run(context, second ? [first, second] : [first]);
      const { rig } = run;
      for (const { split, stages } of steps) {
        let moving = true;
        for (let stage = 0; stage < stages && moving; stage++) moving = run.advance(rig.plan(split));
        if (openStage(rig.plan(split))) {
          const { written } = rig.read();
          if (written) expect(written.shares.stable + written.shares.canary).toBe(WHOLE);
          count(moving ? 'left in between' : 'held');
          continue;
        }
        count('reached');
        expect(rig.read()).toMatchObject({ written: { shares: split.shares }, accepted: { shares: split.shares }, problems: [] });
        const writes = rig.cluster.writes.length;
        run.advance(rig.plan(split));
        expect(rig.cluster.writes.length).toBe(writes);
      }
      const after = lead && { lead };
      for (let stage = 0; stage < 30 && run.advance(rig.release(after)); stage++);
      expect(openStage(rig.release(after))).toBeUndefined();
      const own = context.versions.stable.service !== undefined && lead === 'canary' && rig.claims.some(({ kind }) => kind === 'Ingress');
      const expected = own ? (JSON.parse(JSON.stringify(run.originals).replaceAll('"name":"v1"', '"name":"v2"')) as unknown) : run.originals;
      expect(run.users()).toEqual(expected);
      expect(rig.cluster.list(resources.ingresses).filter(isOurs)).toEqual([]);
      expect(rig.cluster.list(resources.services).map(({ metadata, spec }) => [metadata.name, spec?.selector])).toEqual([
        ['webapp', { app: 'webapp' }], ['elsewhere', { app: 'other' }], ['v1', { app: 'webapp', 'pod-template-hash': STABLE }], ['v2', { app: 'webapp', 'pod-template-hash': CANARY }],
      ]);
    }),
    { numRuns: RUNS },
  );
});

afterAll(() => {
  console.info(`covered: ${Object.entries(covered).map(([what, times]) => `${what} ${times}`).join(', ')}`);
});
