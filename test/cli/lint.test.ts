import { afterEach, describe, expect, it } from 'vitest';
import { serin } from './driven-shell.js';
import { deploymentText, documents, folder, policyText, routeText, serviceText } from './files.js';

const removing: (() => void)[] = [];
afterEach(() => removing.splice(0).forEach((remove) => remove()));

function lint(files: Readonly<Record<string, string>>, ...args: string[]): ReturnType<typeof serin> {
  const { path, remove } = folder(files);
  removing.push(remove);
  return serin(undefined, ['lint', ...Object.keys(files).flatMap((name) => ['-f', name]), ...args], { cwd: path });
}

const lintOne = (text: string, ...args: string[]): ReturnType<typeof serin> => lint({ 'policy.yaml': text }, ...args);

const POLICY = `apiVersion: serin.dev/v1alpha1
kind: ReleasePolicy
metadata:
  name: web
spec:
  workload:
    deployment: web
  service: web
  router:
    istio: {}
  strategy:
    canary:
      steps:
        - weight: 10
        - analyze: {for: 30s}
        - weight: 50
`;

describe('lint', () => {
  it('says so when all is well', async () => {
    expect(await lintOne(POLICY)).toMatchObject({ code: 0, err: '', out: '1 object of Serin checked, no error.\n' });
  });

  it('[S1-22] warns of database migrations and of programs that do not fit blue/green, and lets it pass', async () => {
    const { code, out } = await lintOne(POLICY.replace(/canary:[^]*/, 'blueGreen:\n      keep: 1m\n'));
    expect(code).toBe(0);
    expect(out).toContain('policy.yaml:12:5: warning: spec.strategy.blueGreen: ');
    expect(out).toContain('migrations backward compatible');
    expect(out).toContain('may run only once');
  });

  it('sees that two policies without a router release one Deployment', async () => {
    const [own, again] = ['web', 'web-again'].map((name) => POLICY.replace('name: web', `name: ${name}`).replace(/ {2}router:\n {4}istio: \{\}\n/, '').replace('  service: web\n', ''));
    const { code, out } = await lint({ 'app.yaml': deploymentText(), 'one.yaml': own ?? '', 'two.yaml': again ?? '' });
    expect(code).toBe(1);
    expect(out).toContain('policy web releases Deployment web already.');
  });

  it('looks for the Deployments of versions that users run', async () => {
    const policy = POLICY.replace('deployment: web', 'versions:\n      list: [{deployment: web}, {deployment: wbe}]').replace(/ {2}router:\n {4}istio: \{\}\n/, '').replace('  service: web\n', '');
    const { code, out } = await lint({ 'app.yaml': deploymentText(), 'policy.yaml': policy });
    expect(code).toBe(1);
    expect(out).toContain('there is no Deployment wbe in namespace default.\n  Did you mean web?');
  });

  it('names an unknown field and what was probably meant', async () => {
    const { code, out, err } = await lintOne(POLICY.replace('- weight: 50', '- weigth: 50'));
    expect(code).toBe(1);
    expect(out).toContain('policy.yaml:16:11: spec.strategy.canary.steps[2].weigth: there is no field "weigth".\n  Did you mean weight?\n  16 |         - weigth: 50\n                 ^');
    expect(err).toBe('serin: 2 problems in policy.yaml.\n');
  });

  it('says what to write in place of fields of earlier versions', async () => {
    const { code, out, err } = await lintOne(POLICY.replace('spec:\n', 'spec:\n  analysis:\n    maximumErrorRateIncrease: 5\n    minimumRequests: 50\n'));
    expect(code).toBe(1);
    expect(out).toContain('spec.analysis.maximumErrorRateIncrease: is gone: errors are compared with those of stable');
    expect(out).toContain('write metrics: [{name: errors, errorRate: {worseBy: 2x, acceptBelow: 3x}}, {name: latency, latency: {}}].');
    expect(out).toContain('spec.analysis.minimumRequests: is gone');
    expect(err).toContain('2 problems');
    // What it says to write is taken.
    const instead = 'spec:\n  analysis:\n    undecided: {minimumRequests: 20}\n    metrics: [{name: errors, errorRate: {worseBy: 2x, acceptBelow: 3x}}, {name: latency, latency: {}}]\n';
    expect((await lintOne(POLICY.replace('spec:\n', instead))).code).toBe(0);
  });

  it('names all problems at once: a weight over 100, falling weights, a bad duration, both routers', async () => {
    const text = POLICY.replace('- weight: 50', '- weight: 120\n        - weight: 5').replace('for: 30s', 'for: 5 minutes').replace('istio: {}', 'istio: {}\n    service: {}');
    const { out, err } = await lintOne(text);
    expect(out).toMatchInlineSnapshot(`
      "policy.yaml:9:3: spec.router: service counts Pods and cannot stand beside a router that splits requests.
        9 |   router:
              ^

      policy.yaml:16:21: spec.strategy.canary.steps[1].analyze.for: "5 minutes" is not a duration.
        Write it as in 90s, 5m or 1m30s.
        16 |         - analyze: {for: 5 minutes}
                                 ^

      policy.yaml:17:11: spec.strategy.canary.steps[2].weight: 120 should be less than or equal to 100.
        The canary's share in per cent; at most one decimal.
        17 |         - weight: 120
                       ^

      policy.yaml:18:11: spec.strategy.canary.steps[3].weight: weight 5 is lower than 120 before it.
        Weights may only rise; a release that goes wrong is taken back by itself.
        18 |         - weight: 5
                       ^
      "
    `);
    expect(err).toMatchInlineSnapshot(`
      "serin: 4 problems in policy.yaml.
      "
    `);
  });

  it('names the line of YAML that does not parse', async () => {
    const { code, out } = await lintOne(POLICY.replace('    deployment: web', '\tdeployment: web'));
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "policy.yaml:7:1: tabs are not allowed as indentation
        indent with spaces
        7 | 	deployment: web
            ^

      policy.yaml:8:12: a second "key:" on the same line, or a line indented too far
        start a new line for the second key with the indentation of its neighbours, or put a value that has ": " in it in quotes
        8 |   service: web
                       ^

      policy.yaml:11:1: all mapping items must start at the same column
        indent it as its neighbours are, or close the bracket before it
        11 |   strategy:
             ^
      "
    `);
  });

  it('says when there is no such file, and when there is nothing in it', async () => {
    expect((await serin(undefined, ['lint', '-f', 'missing.yaml'])).err).toBe('serin: missing.yaml: there is no such file or folder.\n');
    expect((await lintOne('# nothing\n')).err).toBe('serin: policy.yaml: there is no object in it. Write at least apiVersion, kind and metadata.\n');
    expect((await lint({ 'empty/readme.txt': '' }, '-f', 'empty')).err).toContain('there is no');
  });

  it('refuses a StatefulSet and a Deployment with strategy Recreate', async () => {
    const statefulSet = deploymentText().replace('kind: Deployment', 'kind: StatefulSet');
    expect((await lintOne(documents(POLICY, statefulSet))).out).toContain('policy.yaml:7:5: spec.workload.deployment: web is a StatefulSet, whose Pods cannot run in two versions side by side.');
    expect((await lintOne(POLICY.replace('deployment: web', 'statefulSet: web'))).out).toContain('spec.workload.statefulSet: a StatefulSet cannot be released');
    const recreate = documents(POLICY, deploymentText('web:v1', { strategy: { type: 'Recreate' } }), serviceText, routeText);
    expect((await lintOne(recreate)).out).toContain('Deployment web has strategy Recreate, which takes all Pods down first.\n  Set spec.strategy.type of the Deployment to RollingUpdate.');
  });

  it('names what is missing beside the Deployment', async () => {
    const { out, err } = await lintOne(documents(POLICY, deploymentText()));
    expect(out).toContain('policy.yaml:8:3: spec.service: Service web: does not exist.\n  Create it, or correct spec.service of the policy.');
    expect(out).toContain('no VirtualService of this namespace has an http route to it.');
    expect(err).toBe('serin: 2 problems in policy.yaml.\n');
    expect((await lintOne(documents(POLICY, deploymentText(), serviceText, routeText))).code).toBe(0);
    expect((await lintOne(documents(POLICY.replace('deployment: web', 'deployment: wbe'), deploymentText()))).out).toContain('there is no Deployment wbe in namespace default.\n  Did you mean web?');
  });

  it('refuses two policies on one Deployment, in several files', async () => {
    const { out, code } = await lint({ 'a.yaml': POLICY, 'b.yaml': POLICY.replace('name: web', 'name: web2') });
    expect(code).toBe(1);
    expect(out).toContain('b.yaml:7:5: spec.workload.deployment: policy web releases Deployment web already.\n  Delete one of the two.');
  });

  it('lists the weights that Pods can show', async () => {
    const text = documents(policyText({ router: { service: {} } }), deploymentText(), serviceText);
    expect((await lintOne(text)).out).toContain('weight 10 % cannot be shown by 4 stable Pods and up to as many of the canary.');
    expect((await lintOne(documents(policyText({ router: { service: { approximate: true } } }), deploymentText(), serviceText))).code).toBe(0);
  });

  it('knows versions and kinds', async () => {
    expect((await lintOne(POLICY.replace('v1alpha1', 'v1'))).out).toContain('policy.yaml:1:1: apiVersion: there is no version "v1" of serin.dev.\n  Write serin.dev/v1alpha1.');
    expect((await lintOne(POLICY.replace('kind: ReleasePolicy', 'kind: ReleasPolicy'))).out).toContain('Did you mean ReleasePolicy?');
  });

  it('checks the objects that a policy depends on, too', async () => {
    const broken = documents(POLICY, deploymentText().replace('replicas: 4', 'replicas: four'), serviceText.replace('selector:', 'selectors:'), routeText.replace('http:', 'htpp:'));
    const { out, err } = await lintOne(broken);
    expect(out).toMatch(/spec\.replicas: .*integer/);
    expect(out).toContain('spec.selectors: there is no field "selectors".\n  Did you mean selector?');
    expect(out).toContain('spec.htpp: there is no field "htpp".\n  Did you mean http?');
    expect(err).toBe('serin: 3 problems in policy.yaml.\n');
  });

  it('is never put out by what it is given', async () => {
    const junk = [5, {}, [null], [{}]];
    for (const [kind, apiVersion] of [['ReleasePolicy', 'serin.dev/v1alpha1'], ['Release', 'serin.dev/v1alpha1'], ['VirtualService', 'networking.istio.io/v1'], ['Deployment', 'apps/v1'], ['Service', 'v1'], ['DestinationRule', 'networking.istio.io/v1']]) {
      for (const field of ['spec', 'workload', 'strategy', 'http', 'template', 'selector', 'subsets', 'metadata']) {
        for (const value of junk) {
          const object = { apiVersion, kind, metadata: { name: 'web' }, spec: { workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } }, hosts: ['web'], [field]: value }, ...(field === 'spec' || field === 'metadata' ? { [field]: value } : {}) };
          const { code, err } = await serin(undefined, ['lint', '-f', '-'], { stdin: documents(...[object, JSON.parse(JSON.stringify({ apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'p' }, spec: { workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 10 }] } } } }))].map((each) => `${JSON.stringify(each)}\n`)) });
          expect([0, 1]).toContain(code);
          expect(err).not.toMatch(/\n {4}at /);
        }
      }
    }
  });

  it('gives problems as data', async () => {
    const { out } = await lintOne(POLICY.replace('weight: 50', 'weight: 5'), '-o', 'json');
    expect(JSON.parse(out)).toEqual([{ file: 'policy.yaml', line: 16, column: 11, severity: 'error', message: 'spec.strategy.canary.steps[2].weight: weight 5 is lower than 10 before it.', remedy: 'Weights may only rise; a release that goes wrong is taken back by itself.' }]);
  });

  it('reads the standard input', async () => {
    expect((await serin(undefined, ['lint', '-f', '-'], { stdin: POLICY.replace('service: web', 'service: 5') })).out).toContain('<stdin>:8:3: spec.service: must be a string, not an integer.\n  The Service that clients use.');
  });
});

describe('lint of freeze windows', () => {
  const window = (spec: string): string => `apiVersion: serin.dev/v1alpha1\nkind: FreezeWindow\nmetadata:\n  name: friday\nspec:\n${spec}`;

  it('lets a good one pass', async () => {
    expect(await lintOne(window('  why: weekend\n  timeZone: Europe/Berlin\n  weekly:\n    - days: [Friday]\n      from: "12:00"\n      to: "00:00"\n'))).toMatchObject({ code: 0, out: '1 object of Serin checked, no error.\n' });
  });

  it('says all that is wrong at once', async () => {
    const { code, out } = await lintOne(window('  timeZone: Europe/Berlim\n  wekly: []\n  weekly:\n    - days: [Freitag]\n      from: "12:00"\n      to: "12:00"\n    - days: [Monday]\n      from: "25:00"\n      to: "03:00"\n  once:\n    - from: "2026-01-02T00:00:00Z"\n      to: "2026-01-01T00:00:00Z"\n'));
    expect(code).toBe(1);
    for (const said of ['spec.why: is missing.', 'there is no time zone "Europe/Berlim".', 'Did you mean Europe/Berlin?', 'there is no field "wekly".', 'spec.weekly[0].days[0]', 'begins and ends at 12:00.', 'spec.weekly[1].from', 'spec.once[0].to: ends at 2026-01-01T00:00:00Z, which is not after it begins']) expect(out).toContain(said);
  });

  it('wants to know when, and who where anybody may', async () => {
    expect((await lintOne(window('  why: weekend\n  once: [{from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z"}]\n  exceptWith: {}\n'))).out).toContain('name users or groups');
    expect((await lintOne(window('  why: weekend\n'))).out).toContain('say when: weekly or once');
  });
});
