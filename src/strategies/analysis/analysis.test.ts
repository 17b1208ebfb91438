import { describe, expect, it } from 'vitest';
import type { MetricTemplateSpec } from '../../model/metric-template.js';
import { formatPath, formatProblem } from '../../model/policy-problem.js';
import type { Analysis, Metric } from '../../model/policy/analysis.js';
import type { MetricSource } from '../../model/policy/metric-sources.js';
import type { Strategy } from '../../model/policy/strategies.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { checkStrategy } from '../checks.js';
import { compilePolicy } from '../compile.js';
import { notices } from '../notices.js';
import { checkTemplates, namedSecrets } from './checks.js';
import { checkTemplate } from './template-checks.js';
import { unknownTemplates, type TemplateSource } from './templates.js';

const canary: Strategy = { canary: { steps: [{ weight: 10 }, { analyze: {} }] } };
const policy = (analysis: Analysis | undefined, strategy = canary, more: Partial<PolicySpec> = {}): PolicySpec => ({ workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy, ...(analysis ? { analysis } : {}), ...more });
const withMetric = (metric: Omit<Metric, 'name'>, more: Partial<PolicySpec> = {}): PolicySpec => policy({ metrics: [{ name: 'it', ...metric }] }, canary, more);
/** Places below the first metric, and what is said there. */
const said = (metric: Omit<Metric, 'name'>): string[] => checkStrategy(withMetric(metric)).map(({ path, problem }) => `${formatPath(path.slice(4))} ${problem}`);
const places = (metric: Omit<Metric, 'name'>): string[] => checkStrategy(withMetric(metric)).map(({ path }) => formatPath(path.slice(4)));
const job = { template: { spec: { template: { spec: { containers: [{ name: 'test', image: 'test:v1' }] } } } }, timeout: '1m' };
const prometheus = (queries: object): MetricSource => ({ prometheus: { address: 'http://prometheus:9090', every: '5s', timeout: '10s', ...queries } });
const condition = { success: 'result > 0.9', every: '30s' };
const smoke: Metric = { name: 'smoke', condition: { every: '1s' }, from: { job } };
const gauge = prometheus({ gauge: 'memory' });

const templatesOf = (own: Readonly<Record<string, MetricTemplateSpec>>, cluster: Readonly<Record<string, MetricTemplateSpec>> = {}): TemplateSource => ({
  find: (kind, name) => (kind === 'MetricTemplate' ? own : cluster)[name],
  names: (kind) => Object.keys(kind === 'MetricTemplate' ? own : cluster),
});

describe('the analysis of a plan', () => {
  it('judges errors and latency of requests where a policy says nothing, and nothing of workers', () => {
    expect(compilePolicy(policy(undefined)).analysis).toEqual({
      falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 300_000, then: 'promote', minimumRequests: 20 },
      metrics: [{ name: 'errors', errorRate: {} }, { name: 'latency', latency: {} }],
    });
    const { service: _, router: __, ...workers } = policy(undefined, { rolling: { batches: [1], between: [{ analyze: { for: '5s' } }] } });
    const plan = compilePolicy(workers);
    expect(plan.analysis).toMatchObject({ metrics: [], undecided: { minimumRequests: 0 } });
    expect(compilePolicy({ ...workers, strategy: { canary: { steps: [{ analyze: {} }] } } }).steps[0]).toEqual({ kind: 'analyze', minimumRequests: 0 });
  });

  it('is what a policy says, in numbers', () => {
    const metrics: Metric[] = [{ name: 'errors', weight: 2, errorRate: { worseBy: '3x', acceptBelow: '5x' } }, { name: 'memory', dryRun: true, saturation: { below: 5, every: '15s' }, from: gauge }];
    const { analysis } = compilePolicy(policy({ falseAlarm: '0.5%', missed: '10%', undecided: { after: '2m', then: 'ask', minimumRequests: 7 }, metrics }));
    expect(analysis).toEqual({ falseAlarm: 0.005, missed: 0.1, undecided: { milliseconds: 120_000, then: 'ask', minimumRequests: 7 }, metrics });
  });

  it('is left out of a hotfix, steps and all, even where its templates are gone', () => {
    const plan = compilePolicy(policy({ metrics: [{ name: 'it', template: { name: 'gone' } }], before: ['it'], after: ['it'] }), { hotfix: true });
    expect(plan.analysis).toBeUndefined();
    expect(plan.steps).toEqual([{ kind: 'promote' }]);
  });

  it('keeps its steps for a first version', () => {
    const plan = compilePolicy(policy({ metrics: [smoke], before: ['smoke'], after: ['smoke'] }), { first: true });
    expect(plan.steps.map(({ kind, metrics }) => [kind, metrics])).toEqual([['analyze', ['smoke']], ['analyze', undefined], ['analyze', ['smoke']], ['promote', undefined]]);
    expect(plan.analysis?.ofSteps).toEqual(['smoke']);
  });
});

describe('steps that analyze', () => {
  it('last as long as the analysis says unless they say how long, and ask for no requests of metrics that see none', () => {
    const steps = [{ analyze: {} }, { analyze: { for: '9s', minimumRequests: 3, metrics: ['errors', 'errors'], undecided: 'abort' as const } }, { analyze: { metrics: ['smoke'] } }, { weight: 5 }];
    const plan = compilePolicy(policy({ metrics: [{ name: 'errors', errorRate: {} }, smoke, { name: 'slow', latency: {} }] }, { canary: { steps } }));
    expect(plan.steps.slice(0, 3)).toEqual([
      { kind: 'analyze', minimumRequests: 20 },
      { kind: 'analyze', milliseconds: 9000, minimumRequests: 3, metrics: ['errors'], undecided: 'abort' },
      { kind: 'analyze', minimumRequests: 0, metrics: ['smoke'] },
    ]);
    expect(plan.analysis?.ofSteps).toEqual(['errors', 'smoke']);
  });

  const around = (strategy: Strategy): string[] => {
    const { steps } = compilePolicy(policy({ metrics: [smoke, { name: 'errors', errorRate: {} }, { name: 'limit', errorRate: { below: '1%' } }], before: ['smoke'], after: ['limit'] }, strategy));
    return steps.map(({ kind, share, part, pods, metrics, minimumRequests }) => [kind, share ?? part ?? pods, metrics?.join(), metrics && minimumRequests].filter((each) => each !== undefined).join(' '));
  };

  it('stand before all traffic and after all of it has moved, in every strategy', () => {
    expect(around({ canary: { steps: [{ scale: { replicas: 2 } }, { weight: 10 }, { pause: {} }] } })).toEqual(['scale 2', 'analyze smoke 0', 'weight 100', 'pause', 'weight 1000', 'analyze limit 20', 'promote']);
    expect(around({ canary: { steps: [{ mirror: 10 }, { weight: 100 }, { pause: {} }] } })).toEqual(['analyze smoke 0', 'mirror 100', 'weight 1000', 'analyze limit 20', 'pause', 'promote']);
    expect(around({ blueGreen: { before: [{ pause: {} }], after: [{ approve: {} }], keep: '5m' } })).toEqual(['analyze smoke 0', 'pause', 'weight 1000', 'analyze limit 20', 'approve', 'pause', 'promote']);
    expect(around({ rolling: { batches: ['50%', '100%'], between: [{ pause: {} }] } })).toEqual(['analyze smoke 0', 'batch 500', 'pause', 'batch 1000', 'analyze limit 20', 'promote']);
    expect(around({ rolling: { batches: [3] } })).toEqual(['analyze smoke 0', 'batch 3', 'batch 1000', 'analyze limit 20', 'promote']);
    expect(around({ ab: { stages: [{ share: 20, checks: [] }] } })).toEqual(['analyze smoke 0', 'weight 200', 'weight 1000', 'analyze limit 20', 'promote']);
  });
});

describe('names of metrics', () => {
  it('are looked for wherever they are used, and in the defaults', () => {
    const problems = checkStrategy(policy({ before: ['errors', 'lateny'], after: ['nothing'] }, { canary: { steps: [{ analyze: { metrics: ['latency', 'error'] } }] } }));
    expect(problems.map(formatProblem)).toEqual([
      'spec.analysis.before[1]: there is no metric lateny. Did you mean latency?',
      'spec.analysis.after[0]: there is no metric nothing. There are errors, latency.',
      'spec.strategy.canary.steps[0].analyze.metrics[1]: there is no metric error. Did you mean errors?',
    ]);
  });

  it('of a dry run can be waited for by nothing', () => {
    expect(checkStrategy(policy({ metrics: [{ ...smoke, dryRun: true }], before: ['smoke'] })).map(({ path }) => formatPath(path))).toEqual(['spec.analysis.before[0]']);
  });

  it('behind all traffic are of metrics that need no stable version', () => {
    const metrics: Metric[] = [{ name: 'errors', errorRate: {} }, { name: 'slow', latency: { below: '300ms' } }, smoke, { name: 'memory', saturation: { every: '15s' }, from: gauge }];
    expect(checkStrategy(policy({ metrics, after: ['slow', 'errors', 'smoke', 'memory'] })).map(({ path }) => formatPath(path))).toEqual(['spec.analysis.after[1]', 'spec.analysis.after[3]']);
  });
});

describe('a metric', () => {
  it('asks its source for what its kind needs', () => {
    expect(said({ errorRate: {} })).toEqual([]);
    expect(said({ errorRate: {}, from: prometheus({ all: 'a' }) })).toEqual(['from.prometheus.bad is missing.']);
    expect(places({ errorRate: {}, from: { scrape: {} } })).toEqual(['from.scrape.all', 'from.scrape.bad']);
    expect(places({ latency: {}, from: { scrape: { gauge: { metric: 'g' } } } })).toEqual(['from.scrape.histogram']);
    expect(places({ saturation: { every: '15s' }, from: prometheus({ value: 'v' }) })).toEqual(['from.prometheus.gauge']);
    expect(places({ saturation: { every: '15s' } })).toEqual(['from']);
    expect(places({ condition, from: prometheus({ gauge: 'g' }) })).toEqual(['from.prometheus.value']);
    expect(places({ condition })).toEqual(['from']);
    expect(places({ condition, from: { scrape: { gauge: { metric: 'g' } } } })).toEqual(['from.scrape']);
    expect(places({ condition, from: prometheus({ value: 'v' }) })).toEqual([]);
    expect(places({ latency: {}, from: { job } })).toEqual(['from.job']);
    expect(places({ errorRate: {}, from: { web: { url: 'http://a/', timeout: '1s' } } })).toEqual(['from.web']);
    expect(said({ condition, from: { web: { url: 'http://a/', timeout: '1s', path: '$..a' } } })).toEqual([expect.stringMatching(/^from\.web\.path "\$\.\.a" is not understood from "\.\.a" on; .*\.$/)]);
    expect(places({ condition: { every: '1s' }, from: { job: { template: {}, timeout: '1m' } } })).toEqual(['from.job.template']);
    expect(places({ errorRate: {}, from: { scrape: { all: { metric: 'a', labels: { code: '5(' } }, bad: { metric: 'a', labels: { code: '5..' } } } } })).toEqual(['from.scrape.all.labels.code']);
  });

  it('compares or has a limit, and leaves room between too bad and good enough', () => {
    expect(said({ errorRate: { below: '1%', worseBy: '2x', acceptBelow: '3x' } })).toEqual(['errorRate.below is a limit, and worseBy and acceptBelow compare with stable; a metric does one of the two.']);
    expect(places({ latency: { below: '1s', slower: '2x' } })).toEqual(['latency.below']);
    expect(places({ saturation: { below: 1, worseBy: '2x', every: '1s' }, from: gauge })).toEqual(['saturation.below']);
    expect(places({ errorRate: { worseBy: '3x', acceptBelow: '3x' } })).toEqual(['errorRate.acceptBelow']);
    expect(said({ errorRate: { worseBy: '3x' } })).toEqual(['errorRate.worseBy 3x is not below 2x, which acceptBelow is when absent.']);
    expect(places({ errorRate: { acceptBelow: '1.5x' } })).toEqual(['errorRate.acceptBelow']);
    expect(places({ errorRate: { worseBy: '0.5x' } })).toEqual(['errorRate.worseBy']);
    expect(places({ latency: { slower: '0.5x' } })).toEqual(['latency.slower']);
    expect(places({ latency: { worseBy: '3x', acceptBelow: '4x' } })).toEqual([]);
    expect(places({ latency: { worseBy: '4x' } })).toEqual(['latency.worseBy']);
  });

  it('names parts, percentiles and chances that there are', () => {
    expect(said({ errorRate: { below: '0%' } })).toEqual(['errorRate.below no version stays below 0%.']);
    expect(said({ errorRate: { below: '100%' } })).toEqual(['errorRate.below every version stays below 100%.']);
    expect(places({ errorRate: { negligible: '100%' } })).toEqual(['errorRate.negligible']);
    expect(places({ errorRate: { below: '1%', negligible: '1%' } })).toEqual(['errorRate.negligible']);
    expect(places({ errorRate: { negligible: '0%' } })).toEqual([]);
    expect(places({ latency: { percentile: 'p100' } })).toEqual(['latency.percentile']);
    expect(places({ latency: { percentile: 'p0' } })).toEqual(['latency.percentile']);
    expect(places({ latency: { percentile: 'p99.9', below: '0s' } })).toEqual(['latency.below']);
    expect(places({ latency: { shift: 'slower', percentile: 'p50' } })).toEqual(['latency.shift']);
    expect(checkStrategy(policy({ falseAlarm: '0%', missed: '50%' })).map(({ path }) => path.at(-1))).toEqual(['falseAlarm', 'missed']);
  });

  it('has conditions that can be read and met', () => {
    const from = prometheus({ value: 'v' });
    expect(said({ condition: { success: 'result >', every: '1s' }, from })).toEqual([expect.stringContaining('condition.success is no expression that can be read: at character')]);
    expect(said({ condition: { failure: 'value > 1', every: '1s' }, from })).toEqual([expect.stringContaining("undeclared reference to 'value'")]);
    expect(said({ condition: { success: 'result > 0.95 * 100', failure: '1 - 0.05 > result', every: '1s' }, from })).toEqual([]);
    expect(places({ condition: { every: '1s' }, from })).toEqual(['condition']);
    expect(places({ condition, from: { job } })).toEqual(['condition.success']);
    expect(places({ condition: { ...condition, count: 2, consecutiveSuccessLimit: 3 }, from })).toEqual(['condition.consecutiveSuccessLimit']);
  });

  it('may name the release in its texts, and nothing that there is not', () => {
    const metric = { condition, from: prometheus({ value: 'up{pod=~"{{canary}}-.*", job="{{ service }}/{{release}}"}' }) };
    expect(said(metric)).toEqual([]);
    const values = { canary: 'web-7c', service: 'web', release: 'web-3' };
    expect(compilePolicy(withMetric(metric), { values }).analysis?.metrics[0]?.from?.prometheus?.value).toBe('up{pod=~"web-7c-.*", job="web/web-3"}');
    expect(checkStrategy(withMetric({ condition, from: prometheus({ value: '{{canari}} {{arguments.x}} {{range .items}}' }) })).map(formatProblem)).toEqual([
      'spec.analysis.metrics[0].from.prometheus.value: nothing is known under the name {{canari}}. Did you mean {{canary}}?',
      'spec.analysis.metrics[0].from.prometheus.value: {{arguments.x}} names an argument, and only templates have arguments. Write the value itself.',
    ]);
    const { service: _, ...workers } = withMetric({ condition, from: prometheus({ value: '{{service}}' }) });
    expect(checkStrategy(workers).map(({ remedy }) => remedy)).toEqual(['Set spec.service, or leave it out.']);
  });
});

describe('a metric from a template', () => {
  const shared: MetricTemplateSpec = {
    arguments: [{ name: 'host' }, { name: 'most', default: '0.5' }],
    condition: { failure: 'result > {{arguments.most}}', every: '30s' },
    from: { prometheus: { address: 'http://{{arguments.host}}:9090', value: 'x{service="{{service}}"}', every: '5s', timeout: '10s', token: { secret: '{{policy}}-token', key: 'token' } } },
  };
  const templates = templatesOf({ shared }, { everywhere: { errorRate: {} } });
  const using = (template: NonNullable<Metric['template']>, more: Omit<Metric, 'name'> = {}): PolicySpec => withMetric({ ...more, template });
  const problems = (spec: PolicySpec, from = templates): string[] => [...checkStrategy(spec), ...checkTemplates(spec, from)].map((each) => formatProblem({ ...each, path: each.path.slice(4) }));

  it('is filled in with arguments, their defaults and the names of the release', () => {
    const spec = using({ name: 'shared', arguments: [{ name: 'host', value: 'prom{{policy}}' }] });
    expect(problems(spec)).toEqual([]);
    expect(compilePolicy(spec, { templates, values: { service: 'web', policy: 'shop' } }).analysis?.metrics).toEqual([{
      name: 'it', condition: { failure: 'result > 0.5', every: '30s' },
      from: { prometheus: { address: 'http://prom{{policy}}:9090', value: 'x{service="web"}', every: '5s', timeout: '10s', token: { secret: 'shop-token', key: 'token' } } },
    }]);
    expect(namedSecrets(spec, templates)).toEqual(['web-token']);
  });

  it('says all that is wrong at once, with place and remedy', () => {
    expect(problems(using({ name: 'shared', arguments: [{ name: 'hots', value: 'a' }, { name: 'most', value: '1' }, { name: 'most', value: '2' }] }, { from: gauge }))).toEqual([
      'from: a metric from a template takes its samples from where the template says. Leave it out, or write the metric without a template.',
      'template.arguments[0].name: MetricTemplate shared has no argument hots. Did you mean host?',
      'template.arguments[2].name: argument most is given twice. Remove one.',
      'template.arguments: MetricTemplate shared needs a value for its argument host. Add {name: host, value: …}.',
    ]);
  });

  it('is told apart from one that is missing, mistyped, of the other kind, hidden or unknown', () => {
    expect(problems(using({ name: 'share' }))).toEqual(['template.name: there is no MetricTemplate share in this namespace. Did you mean shared?']);
    expect(problems(using({ name: 'everywhere' }))).toEqual(['template.name: there is no MetricTemplate everywhere in this namespace. There is a ClusterMetricTemplate of that name: set kind to it.']);
    expect(problems(using({ kind: 'ClusterMetricTemplate', name: 'everywhere' }))).toEqual([]);
    expect(problems(using({ name: 'other' }), { ...templates, find: () => ({ hidden: 'you may not.' }) })).toEqual(['template.name: MetricTemplate other cannot be seen: you may not.']);
    expect(problems(using({ name: 'other' }), unknownTemplates)).toEqual([]);
    expect(() => compilePolicy(using({ name: 'other' }), { templates })).toThrow('there is no MetricTemplate other');
  });

  it('is checked as it is when it is filled in', () => {
    const broken = templatesOf({ shared: { ...shared, condition: { failure: 'result > {{arguments.most}} {{argument.most}}', every: '30s' } } });
    expect(problems(using({ name: 'shared', arguments: [{ name: 'host', value: 'a' }] }), broken)).toEqual([
      'template: MetricTemplate shared, spec.condition.failure: nothing is known under the name {{argument.most}}. Did you mean {{arguments.most}}?',
    ]);
    expect(problems(using({ name: 'shared', arguments: [{ name: 'host', value: 'a' }, { name: 'most', value: 'x y' }] }))).toEqual([expect.stringContaining('template: MetricTemplate shared, spec.condition.failure: is no expression')]);
    expect(problems(using({ name: 'shared', arguments: [{ name: 'host', value: 'a'.repeat(1024) }] }), templatesOf({ shared: { ...shared, from: { prometheus: { address: 'http://{{arguments.host}}{{arguments.host}}', value: 'v', every: '5s', timeout: '5s' } } } }))).toEqual([expect.stringContaining('spec.from.prometheus.address')]);
    const spec = { ...using({ kind: 'ClusterMetricTemplate', name: 'everywhere' }) };
    expect(problems({ ...spec, analysis: { ...spec.analysis, after: ['it'] } })).toEqual([expect.stringContaining('metric it compares with stable')]);
  });

  it('comes from a template that is checked by itself as far as that goes', () => {
    expect(checkTemplate(shared)).toEqual([]);
    expect(checkTemplate({ errorRate: {}, from: prometheus({ all: '{{arguments.x}}', bad: '{{sevice}}' }) }).map(formatProblem)).toEqual([
      'spec.from.prometheus.all: {{arguments.x}} names an argument that the template does not have. Add x to spec.arguments, or correct the name.',
      'spec.from.prometheus.bad: nothing is known under the name {{sevice}}. Did you mean {{service}}?',
    ]);
    expect(checkTemplate({ arguments: [{ name: 'what' }], condition: { success: 'result.{{arguments.what}}.{{arguments.what}} > 1', every: '1s' }, from: prometheus({ value: 'v' }) })).toEqual([]);
    expect(checkTemplate({ latency: {}, from: gauge }).map(({ path }) => formatPath(path))).toEqual(['spec.from.prometheus.histogram']);
  });
});

describe('notices', () => {
  const noticed = (spec: PolicySpec, templates?: TemplateSource): string[] => notices(spec, templates).map(({ path, severity }) => `${severity ?? ''} ${formatPath(path)}`);

  it('say what counts for nothing, though it works', () => {
    expect(noticed(policy(undefined))).toEqual([]);
    expect(noticed(policy(undefined, canary, { judgeFirst: true }))).toEqual(['warning spec.judgeFirst']);
    expect(noticed(policy({ metrics: [{ name: 'errors', errorRate: { below: '5%' } }] }, canary, { judgeFirst: true }))).toEqual([]);
    expect(noticed(policy({ metrics: [smoke], before: ['smoke'] }))).toEqual(['warning spec.analysis.metrics', 'warning spec.strategy.canary.steps[1].analyze']);
    expect(noticed(policy({ metrics: [] }))).toEqual(['warning spec.strategy.canary.steps[1].analyze']);
    expect(noticed(policy({ before: ['errors'] }))).toEqual(['warning spec.analysis.before[0]']);
    const { service: _, router: __, ...workers } = policy(undefined, { rolling: { batches: [1, 2], between: [{ pause: {} }, { analyze: {} }, { analyze: { metrics: ['smoke'] } }] } });
    expect(noticed(workers)).toEqual(['warning spec.strategy.rolling.between[1].analyze']);
  });
});
