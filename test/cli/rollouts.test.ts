import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import type { RolloutStatus } from '../../src/frontends/argo/kinds/rollout-status.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { controllerReference } from '../../src/kubernetes/owners.js';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { policy } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';
import { documents, folder } from './files.js';

const removing: (() => void)[] = [];
afterEach(() => removing.splice(0).forEach((remove) => remove()));

function run(driver: Driver | undefined, command: string, text: string, more: readonly string[] = []): Promise<CommandResult> {
  const { path, remove } = folder({ 'web.yaml': text });
  removing.push(remove);
  return serin(driver, [command, '-f', 'web.yaml', ...more], { cwd: path });
}
const lint = (text: string): Promise<CommandResult> => run(undefined, 'lint', text);

/** The line on which a text stands, counted from 1. */
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 0
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      creationTimestamp: null
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{containerPort: 8080}]
`;

const services = documents(...['web-stable', 'web-canary'].map((name) => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  selector: {app: web}\n  ports: [{name: http, port: 80, targetPort: 8080}]\n`));

const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  ingressClassName: nginx
  rules:
    - host: web.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web-stable
                port: {number: 80}
`;

const rollout = `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: web
spec:
  replicas: 2
  workloadRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  strategy:
    canary:
      canaryService: web-canary
      stableService: web-stable
      trafficRouting:
        nginx:
          stableIngress: web
      steps:
        - setWeight: 10
        - analysis:
            templates:
              - templateName: rates
            args:
              - name: host
                value: web
        - setWeight: 100
`;

const analysisTemplate = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: rates
spec:
  args:
    - name: host
  metrics:
    - name: rate
      successCondition: result >= 0.95
      provider:
        web:
          url: http://{{args.host}}/rate
    - name: check
      provider:
        job:
          spec:
            backoffLimit: 0
            template:
              spec:
                restartPolicy: Never
                containers:
                  - name: check
                    image: check:{{args.host}}
`;

const experiment = `apiVersion: argoproj.io/v1alpha1
kind: Experiment
metadata:
  name: try
spec:
  duration: 10m
  templates:
    - name: one
      selector:
        matchLabels: {app: web}
      template:
        metadata:
          labels: {app: web}
        spec:
          containers:
            - name: web
              image: web:1
              ports: [{containerPort: 8080}]
  analyses:
    - name: rate
      templateName: rates
      args:
        - name: host
          value: "{{templates.one.replicaset.name}}"
`;

const analysisRun = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisRun
metadata:
  name: once
spec:
  args:
    - name: host
      value: web
  metrics:
    - name: rate
      provider:
        web:
          url: http://{{args.host}}/rate
`;

const all = documents(deployment, services, ingress, analysisTemplate, rollout, experiment, analysisRun);

describe('lint of Rollouts and what belongs to them', () => {
  it('lets them pass', async () => {
    expect(await lint(all)).toMatchObject({ code: 0, err: '', out: '4 objects of Serin checked, no error; 4 other objects only read.\n' });
  });

  it('tells all that is wrong at once, each with its line and column', async () => {
    const text = all
      .replace('- setWeight: 10\n', '- setWeigth: 10\n')
      .replace('setWeight: 100', 'setWeight: 101')
      .replace('canaryService: web-canary', 'canaryService: web-canari')
      .replace('stableIngress: web', 'stableIngress: wep')
      .replace('- templateName: rates', '- templateName: rate')
      .replace('result >= 0.95', 'result >= ')
      .replace('backoffLimit: 0', 'backofLimit: 0')
      .replace('duration: 10m', 'duration: long')
      .replace('  name: once\nspec:\n  args:\n    - name: host\n      value: web\n', '  name: once\nspec:\n');
    const { code, out, err } = await lint(text);
    expect(code).toBe(1);
    for (const [part, column, message] of [
      ['setWeigth', 11, 'there is no field "setWeigth".\n  Did you mean setWeight?'],
      ['setWeight: 101', 11, '101 is not from 0 to 100.\n  Write 0 to 100.'],
      ['canaryService: web-canari', 7, 'there is no Service web-canari in namespace default.\n  Did you mean web-canary?'],
      ['stableIngress: wep', 11, 'there is no Ingress wep in namespace default.\n  Did you mean web?'],
      ['- templateName: rate\n', 17, 'there is no AnalysisTemplate rate in namespace default.\n  Did you mean rates?'],
      ['successCondition: result >= \n', 7, 'is no condition that can be read'],
      ['backofLimit', 13, 'there is no field "backofLimit".\n  Did you mean backoffLimit?'],
      ['duration: long', 3, '"long" is no length of time.'],
    ] as const) {
      expect(out).toContain(`web.yaml:${lineOf(text, part)}:${column}: `);
      expect(out).toContain(message);
    }
    expect(out).toContain('{{args.host}} names an argument that the template does not have.');
    // A step that does nothing is one more; so is the template that cannot be run, for who names it.
    expect(err).toMatch(/^serin: \d+ problems in web\.yaml\.\n$/);
  });

  it.each([
    ['a step of two kinds', '- setWeight: 10\n', '- setWeight: 10\n          pause: {}\n', 'does several things at once: setWeight, pause.'],
    ['a weight that is no number', 'setWeight: 10\n', 'setWeight: ten\n', 'setWeight'],
    ['a router that is not steered', 'nginx:\n          stableIngress: web', 'alb:\n          ingress: web\n          servicePort: 80', 'the AWS Load Balancer Controller is not steered by Serin.'],
    ['a field of Pods that there is not', '          containers:\n            - name: web\n              image', '          containers:\n            - name: web\n              imagee: x\n              image', 'there is no field "imagee".\n  Did you mean image?'],
    ['another version of the kinds', 'apiVersion: argoproj.io/v1alpha1\nkind: Rollout', 'apiVersion: argoproj.io/v1\nkind: Rollout', 'there is no version "v1" of argoproj.io.\n  Write argoproj.io/v1alpha1.'],
    ['a plugin', '- setWeight: 10\n', '- plugin: {name: mine}\n', 'plugin mine cannot be run'],
  ])('refuses %s', async (_, from, to, message) => {
    expect(all).toContain(from);
    const { code, out } = await lint(all.replace(from, to));
    expect(code).toBe(1);
    expect(out).toContain(message);
  });

  it('misses nothing that may be on the cluster', async () => {
    expect(await lint(documents(rollout, experiment))).toMatchObject({ code: 0, err: '' });
  });

  it('is not led astray by other kinds of the same group', async () => {
    const application = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: web\nspec:\n  project: default\n';
    expect(await lint(documents(application, rollout))).toMatchObject({ code: 0, out: '1 object of Serin checked, no error; 1 other object only read.\n' });
  });

  it('looks at objects that make no sense at all', async () => {
    for (const spec of ['[]', '5', '{templates: [5]}', '{strategy: {canary: {steps: 5, trafficRouting: {istio: 7}}}}', '{template: {spec: {containers: [null, {ports: 5}]}, metadata: {labels: {a: 5}}}, selector: {matchLabels: {a: b}}, strategy: {canary: {}}}', '{metrics: [{provider: {job: {spec: []}}}]}']) {
      for (const kind of ['Rollout', 'Experiment', 'AnalysisTemplate', 'AnalysisRun', 'ClusterAnalysisTemplate']) {
        const { code, err } = await lint(`apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: web\nspec: ${spec}\n`);
        expect([code, err], `${kind} ${spec}`).toEqual([1, expect.stringMatching(/^serin: \d+ problems? in web\.yaml\.\n$/)]);
      }
    }
  });
});

describe('apply of Rollouts', () => {
  let driver: Driver;
  afterEach(() => driver.stop());

  describe('on a cluster that knows them', () => {
    beforeEach(async () => {
      driver = new Driver({ frontends: ['argo'] });
      await driver.startCluster();
    });

    it('applies nothing where something is missing, in the files and on the cluster', async () => {
      const refused = await run(driver, 'apply', documents(deployment, rollout));
      expect(refused).toMatchObject({ code: 1, out: '' });
      for (const missing of ['Service web-canary', 'Service web-stable', 'Ingress web', 'AnalysisTemplate rates']) expect(refused.err).toContain(`there is no ${missing} in namespace default.`);
      expect(refused.err).toContain('serin: nothing was applied: 4 problems in web.yaml.');
      expect(driver.objects(resources.deployments, 'default')).toEqual([]);
    });

    it('finds on the cluster what the files do not hold', async () => {
      expect(await run(driver, 'apply', documents(services, ingress))).toMatchObject({ code: 0 });
      expect(await run(driver, 'apply', documents(rollout, analysisTemplate, deployment))).toMatchObject({ code: 0, err: '', out: 'Deployment default/web created\nAnalysisTemplate default/rates created\nRollout default/web created\n' });
      expect(driver.object(argoResources.rollouts, { namespace: 'default', name: 'web' })?.spec.replicas).toBe(2);
    });

    it('refuses a Rollout that the present cluster does not fit', async () => {
      expect(await run(driver, 'apply', documents(services, ingress.replace('name: web-stable', 'name: other'), deployment, analysisTemplate))).toMatchObject({ code: 0 });
      const { code, err } = await run(driver, 'apply', rollout);
      expect(code).toBe(1);
      expect(err).toContain('no path of Ingress web leads to Service web-stable.');
    });
  });

  it('says what to do where the cluster does not know them', async () => {
    driver = new Driver();
    await driver.startCluster();
    const { code, err } = await run(driver, 'apply', rollout);
    expect(code).toBe(1);
    expect(err).toContain('the cluster does not know Rollout of argoproj.io/v1alpha1.\n  Let Serin read it: serin install --frontends=argo.');
  });
});

describe('verbs for a Rollout', () => {
  let driver: Driver;
  const at = { namespace: 'default', name: 'web' };
  const stored = (): Rollout | undefined => driver.object(argoResources.rollouts, at);
  const tell = (status: RolloutStatus): Promise<unknown> => driver.run(() => driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status } }, { subresource: 'status' }));
  beforeEach(async () => {
    driver = new Driver({ frontends: ['argo'] });
    await driver.startCluster();
    const { spec } = parse(rollout) as Rollout;
    await driver.run(() => driver.client.create(argoResources.rollouts, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: at, spec }));
  });
  afterEach(() => driver.stop());

  /** The policy that the Rollout was turned into; its name need not be that of the Rollout. */
  async function createPolicy(): Promise<void> {
    const made = stored();
    if (!made) throw new Error('no Rollout');
    await driver.run(() => driver.client.create(serinResources.releasePolicies, { ...policy(), metadata: { namespace: 'default', name: 'web-policy', ownerReferences: [controllerReference(made)] } }));
  }

  it('write what the plugin writes, whether the Rollout is named or its policy', async () => {
    await createPolicy();
    await tell({ currentPodHash: 'b', stableRS: 'a', currentStepIndex: 0, phase: 'Paused' });
    expect(await serin(driver, ['abort', 'rollout/web'])).toMatchObject({ code: 0, out: expect.stringContaining('Rollout web is taken back.') as string });
    expect(stored()?.status?.abort).toBe(true);
    expect(await serin(driver, ['retry', 'ro/web'])).toMatchObject({ code: 0 });
    expect(stored()?.status?.abort).toBe(false);
    expect(await serin(driver, ['promote', 'web-policy'])).toMatchObject({ code: 0, out: expect.stringContaining('goes on to step 2 of 3') as string });
    expect(stored()?.status?.currentStepIndex).toBe(1);
    expect(await serin(driver, ['promote', 'rollout/web', '--full'])).toMatchObject({ code: 0 });
    expect(stored()?.status?.promoteFull).toBe(true);
    expect(await serin(driver, ['pause', 'rollout/web'])).toMatchObject({ code: 0 });
    expect(stored()?.spec.paused).toBe(true);
    expect(await serin(driver, ['resume', 'rollout/web'])).toMatchObject({ code: 0 });
    expect(stored()?.spec.paused).toBe(false);
    expect(await serin(driver, ['restart', 'rollout/web'])).toMatchObject({ code: 0 });
    expect(stored()?.spec.restartAt).toMatch(/^\d{4}-/);
    expect(await serin(driver, ['abort', 'web', '-o', 'json'])).toMatchObject({ code: 1, err: expect.stringContaining('there is no policy or release "web"') as string });
    const { out } = await serin(driver, ['status', 'rollout/web']);
    expect(out).toContain('web-policy');
    expect(out).toContain('Rollout web: Paused.');
    expect((await serin(driver, ['rollback', 'rollout/web'])).err).toContain('kubectl argo rollouts undo web');
    expect((await serin(driver, ['explain', 'web-policy'])).out).not.toContain('serin rollback');
  });

  it('say what is missing', async () => {
    expect((await serin(driver, ['status', 'rollout/wep'])).err).toBe('serin: there is no Rollout "wep" in namespace default. Did you mean web?\n');
    await tell({ message: 'InvalidSpec: no' });
    expect((await serin(driver, ['abort', 'rollout/web'])).err).toBe('serin: Rollout web has no policy: InvalidSpec: no\n');
  });
});
