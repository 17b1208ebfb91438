import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaOfKind } from '../model/custom-resources.js';
import { PlanSchema, stepOf } from '../model/plan.js';
import { validatePolicy } from '../model/policy-validation.js';
import type { PolicySpec } from '../model/release-policy.js';
import { API_VERSION } from '../model/resources.js';
import { customResourceSchema } from '../schema/custom-resource.js';
import { fillDefaults } from '../schema/defaulting.js';
import { toStructural } from '../schema/structural.js';
import { checkTemplates } from './analysis/checks.js';
import type { TemplateSource } from './analysis/templates.js';
import { checkStrategy } from './checks.js';
import { compilePolicy } from './compile.js';

const plans = customResourceSchema(toStructural(PlanSchema));
const templates: TemplateSource = {
  find: (_kind, name) => (name === 'shared' ? { arguments: [{ name: 'most', default: '5' }], condition: { failure: 'result > {{arguments.most}}', every: '30s' }, from: { prometheus: { address: 'http://p/', value: 'x{pod=~"{{canary}}-.*"}', every: '5s', timeout: '1s' } } } : undefined),
  names: () => ['shared'],
};

/** Fields that may be there or not; `undefined` is never a value. */
const some = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T): fc.Arbitrary<object> => fc.record(fields, { requiredKeys: [] });
const duration = fc.constantFrom('0s', '10s', '1m30s', '250ms');
const percent = fc.constantFrom('0%', '0.1%', '0.5%', '1%', '2%', '5%', '10%', '60%');
const worseBy = fc.constantFrom('0.5x', '1x', '1.2x', '1.5x', '1.8x');
const acceptBelow = fc.constantFrom('1.5x', '3x', '5x', '10x');
/** Stand for metrics of the policy in their order; the last one for none. */
const names = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 2 }).map((all) => all.map((index) => (index === 40 ? 'eror' : `#${index}`)));
const job = { template: { spec: { template: { spec: { containers: [{ name: 'test', image: 'test:v1' }] } } } } };
const prometheus = some({ all: fc.constant('a'), bad: fc.constant('b{{service}}'), histogram: fc.constant('h'), gauge: fc.constant('g'), value: fc.constant('v') }).map((queries) => ({ prometheus: { address: 'http://p/', ...queries } }));
const from = fc.oneof(prometheus, fc.constantFrom({ job }, { web: { url: 'http://{{service}}/' } }, { scrape: { all: { metric: 'a' }, bad: { metric: 'b' } } }));
const maybe = (measure: fc.Arbitrary<object>, source: fc.Arbitrary<object>): fc.Arbitrary<object> => fc.tuple(measure, some({ from: source })).map(([each, with_]) => ({ ...each, ...with_ }));
const measure = fc.oneof(
  maybe(some({ worseBy, acceptBelow, negligible: percent }).map((errorRate) => ({ errorRate })), from),
  maybe(percent.map((below) => ({ errorRate: { below } })), from),
  maybe(some({ percentile: fc.constantFrom('p50', 'p99.9', 'p100'), slower: worseBy, worseBy, acceptBelow }).map((latency) => ({ latency })), from),
  fc.constantFrom({ latency: { shift: 'slower' } }, { latency: { below: '300ms' } }, { saturation: { below: 5 }, from: { prometheus: { address: 'http://p/', gauge: 'g' } } }, { condition: {}, from: { job } }),
  maybe(some({ worseBy, acceptBelow, every: duration }).map((saturation) => ({ saturation })), from),
  maybe(some({ success: fc.constantFrom('result > 1', 'result >'), failure: fc.constant('result == {{release}}1'), count: fc.integer({ min: 1, max: 3 }), consecutiveSuccessLimit: fc.integer({ min: 0, max: 4 }) }).map((condition) => ({ condition })), from),
  some({ arguments: fc.constantFrom([{ name: 'most', value: '7' }], [{ name: 'more', value: '7' }]) }).map((given) => ({ template: { name: 'shared', ...given } })),
);
const metrics = fc.uniqueArray(fc.tuple(fc.constantFrom('errors', 'own', 'limit', 'smoke', 'shared', 'memory'), measure, some({ weight: fc.integer({ min: 1, max: 5 }), dryRun: fc.boolean() })), { selector: ([name]) => name, minLength: 1, maxLength: 4 })
  .map((list) => list.map(([name, each, more]) => ({ name, ...each, ...more })));
const undecided = fc.constantFrom('promote', 'hold', 'ask', 'abort');
const analysis = some({
  falseAlarm: percent, missed: percent, before: names, after: names, metrics,
  undecided: some({ after: duration, then: undecided, minimumRequests: fc.integer({ min: 0, max: 50 }) }),
});
const check = fc.oneof(
  some({ for: duration, minimumRequests: fc.integer({ min: 0, max: 50 }), metrics: names, undecided }).map((analyze) => ({ analyze })),
  fc.constantFrom({ pause: {} }, { pause: { for: '5s' } }, { job }, { gate: { url: 'http://gate/' } }, { approve: { count: 2, groups: ['owners'] } }),
);
const checks = fc.array(check, { maxLength: 3 });
const weights = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 4 }).map((all) => all.sort((a, b) => a - b));
const strategy = fc.oneof(
  fc.tuple(weights, checks).map(([rising, between]) => ({ canary: { steps: [{ scale: { replicas: 2 } }, ...rising.flatMap((weight) => [{ weight }, ...between])] } })),
  some({ before: checks, after: checks, keep: duration }).map((blueGreen) => ({ blueGreen })),
  fc.tuple(fc.constantFrom<(number | string | object)[]>(['50%', '100%'], [1, 3], ['30%'], [{ pods: 1, weight: 12.5, pause: {} }, '100%'], [{ part: '50%', weight: 60, pause: { for: '5s' } }], [{ part: '50%', weight: 60.25 }], [{ pods: 1, part: '5%' }], [{ pod: 1 }], ['half']), checks).map(([batches, between]) => ({ rolling: { batches, between } })),
  fc.tuple(weights, checks).map(([rising, own]) => ({ ab: { stages: rising.length === 0 ? [{ share: 5 }] : rising.map((share) => ({ share, checks: own })) } })),
);
const policies = fc.tuple(strategy, some({ analysis, judgeFirst: fc.boolean(), drain: duration })).map(([each, more]) => {
  const spec = { workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy: each, ...more };
  const own: { analysis?: { metrics?: { name: string }[] } } = more;
  const known = own.analysis?.metrics?.map(({ name }) => name) ?? ['errors', 'latency'];
  const named = JSON.stringify(spec).replace(/"#(\d+)"/g, (_, index) => JSON.stringify(known[Number(index) % known.length]));
  return { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'shop' }, spec: JSON.parse(named) as object };
});

/** The spec as an API server keeps it; undefined for what its schema or a check refuses. */
function accepted(policy: { readonly spec: object }): PolicySpec | undefined {
  if (validatePolicy(policy).length > 0) return undefined;
  const kept = structuredClone(policy);
  fillDefaults(kept, schemaOfKind('ReleasePolicy'));
  // It has passed its schema.
  const spec = kept.spec as PolicySpec;
  return checkStrategy(spec).length > 0 || checkTemplates(spec, templates).length > 0 ? undefined : spec;
}

describe('every policy that the schema and the checks let pass', () => {
  it('compiles to plans that the schema of plans lets pass', () => {
    let [taken, all, judged] = [0, 0, 0];
    fc.assert(
      fc.property(policies, (policy) => {
        all++;
        const spec = accepted(policy);
        if (!spec) return;
        taken++;
        if (spec.analysis?.metrics) judged++;
        const values = { namespace: 'shop', policy: 'web', release: 'web-1', service: 'web', canaryService: 'web-canary', stable: 'web-a', canary: 'web-b' };
        for (const options of [{}, { hotfix: true }, { first: true }]) {
          const plan = compilePolicy(spec, { templates, values, ...options });
          const kept = structuredClone(plan);
          expect(plans.prune(kept)).toEqual([]);
          plans.fillDefaults(kept);
          expect(plans.validate(kept)).toEqual([]);
          expect(plan.steps.at(-1)).toEqual({ kind: 'promote' });
          expect(JSON.stringify(plan.analysis ?? {})).not.toMatch(/\{\{|template":\{"name/);
          const named = plan.steps.map(stepOf).flatMap((step) => (step.kind === 'analyze' ? (step.metrics ?? []) : []));
          const metricNames = plan.analysis?.metrics.map(({ name }) => name) ?? [];
          expect(named.filter((name) => !metricNames.includes(name))).toEqual([]);
          if (!('first' in options) && !('hotfix' in options)) expect(new Set(plan.analysis?.ofSteps ?? [])).toEqual(new Set(named));
        }
      }),
      { numRuns: 400 },
    );
    // Or this would say nothing.
    expect({ many: taken > all / 10, withMetrics: judged > 10, refused: taken < all }).toEqual({ many: true, withMetrics: true, refused: true });
  });
});
