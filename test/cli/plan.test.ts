import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Driver, serinResources } from '../driver/driver.js';
import { namespace, policy, setImage, settle, untilPhase } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';
import { deploymentText, documents, folder, policyText, routeText, serviceText } from './files.js';

const ingressText = stringify({
  apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' },
  spec: { ingressClassName: 'nginx', rules: [{ host: 'web.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }] },
});
const ingressClassText = stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } });
const httpRouteText = stringify({
  apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'web' },
  spec: { parentRefs: [{ name: 'entry' }], hostnames: ['web.example.com'], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
});
const gatewayText = stringify({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'entry' }, spec: { gatewayClassName: 'local', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] } });

interface PlanOutput {
  readonly steps: readonly { readonly number: number; readonly kind: string; readonly text: string }[];
  readonly reachableShares?: readonly number[];
  readonly parts: readonly { readonly step?: number; readonly kind: string; readonly text: string; readonly pods: object; readonly waits: readonly string[]; readonly changes: readonly { readonly action: string; readonly kind: string; readonly name: string; readonly diff: readonly string[] }[] }[];
}

/** The plan of files, as data. */
async function planOf(texts: readonly string[], ...args: string[]): Promise<PlanOutput> {
  const files = folder({ 'all.yaml': documents(...texts) });
  try {
    const { code, out, err } = await serin(undefined, ['plan', '-f', 'all.yaml', '-o', 'json', ...args], { cwd: files.path });
    expect(err + String(code)).toMatch(/0$/);
    return JSON.parse(out) as PlanOutput;
  } finally {
    files.remove();
  }
}

/** The lines that a plan adds and takes away in objects of a kind, part by part. */
const changed = ({ parts }: PlanOutput, kind: string): string[][] =>
  parts.map(({ changes }) => changes.filter((each) => each.kind === kind).flatMap(({ diff }) => diff.slice(2).filter((line) => /^[-+]/.test(line)).map((line) => line.replace(/^(.) +/, '$1 '))));

const application = [deploymentText(), serviceText];

describe('plan of files, without a cluster', () => {
  it('shows Pod counts of ReplicaSets that take the place of each other, and leaves the old one as it is', async () => {
    const replicaSet = (name: string, replicas: number): string => {
      const labels = { app: 'web', 'example.org/version': name };
      return stringify({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, labels }, spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: `web:${name}` }] } } } });
    };
    const policyOfSets = stringify({
      apiVersion: 'serin.dev/v1alpha1', kind: 'ReleasePolicy', metadata: { name: 'web' },
      spec: {
        workload: { versions: { list: [{ replicaSet: 'web-1' }, { replicaSet: 'web-2' }], hashLabel: 'example.org/version', old: 'Leave', replicas: 5 } },
        strategy: { canary: { inPlace: { maxSurge: 1 }, steps: [{ weight: 20 }, { pause: {} }, { weight: 50 }] } },
      },
    });
    const plan = await planOf([policyOfSets, replicaSet('web-1', 5), replicaSet('web-2', 0)]);
    expect(plan.parts.map(({ pods, text }) => [pods, text])).toEqual([
      [{ stable: 5, canary: 0 }, expect.any(String)],
      [{ stable: 4, canary: 1 }, '20 % to the canary'],
      [{ stable: 4, canary: 1 }, expect.any(String)],
      [{ stable: 3, canary: 3 }, '50 % to the canary'],
      [{ stable: 0, canary: 5 }, 'everything to the new version; the old one is left as it is'],
      [{ stable: 0, canary: 5 }, 'the release ends, the new version is stable'],
    ]);
    expect(changed(plan, 'ReplicaSet')[1]).toEqual(['- replicas: 5', '+ replicas: 4', '- replicas: 0', '+ replicas: 1']);
  });

  it('shows steps and writes of a canary by Istio, and leaves routes as they were', async () => {
    const plan = await planOf([policyText({ strategy: { canary: { steps: [{ weight: 10 }, { pause: {} }, { weight: 50 }] } } }), ...application, routeText], '--image', 'web=web:v2');
    expect(plan.steps.map(({ number, text }) => `${number} ${text}`)).toEqual(['1 10 % to the canary', '2 pause until told to go on', '3 50 % to the canary', '4 promote']);
    expect(plan.parts.map(({ pods }) => pods)).toEqual([{ stable: 4, canary: 0 }, { stable: 4, canary: 1 }, { stable: 4, canary: 1 }, { stable: 4, canary: 2 }, { stable: 0, canary: 4 }, { stable: 0, canary: 4 }]);
    const hash = /-(\w+)$/.exec((JSON.parse(JSON.stringify(plan)) as { canary: { name: string } }).canary.name)?.[1] ?? '';
    expect(changed(plan, 'VirtualService')).toEqual([
      ['+ subset: serin-stablehash', '+ weight: 100'],
      ['- weight: 100', '+ weight: 90', '+ - destination:', '+ host: web', `+ subset: serin-${hash}`, '+ weight: 10'],
      [],
      ['- weight: 90', '+ weight: 50', '- weight: 10', '+ weight: 50'],
      ['- subset: serin-stablehash', '- weight: 50', '- - destination:', '- host: web', `+ subset: serin-${hash}`.replace('+', ' '), '- weight: 50', '+ weight: 100'].filter((line) => !line.startsWith(' ')),
      [`- subset: serin-${hash}`, '- weight: 100'],
    ]);
    expect(changed(plan, 'Deployment')).toEqual([['+ paused: true'], [], [], [], [], ['- paused: true']]);
    expect(plan.parts.map(({ changes }) => changes.map(({ action, kind }) => `${action} ${kind}`))).toEqual([
      ['change Deployment', 'create ReplicaSet', 'create DestinationRule', 'change VirtualService'],
      ['change ReplicaSet', 'change VirtualService'], [], ['change ReplicaSet', 'change VirtualService'], ['change ReplicaSet', 'change VirtualService'],
      ['change Deployment', 'delete DestinationRule', 'change VirtualService'],
    ]);
  });

  it('shows blue/green by ingress-nginx: a preview, one switch, and the way back', async () => {
    const plan = await planOf([policyText({ router: { ingressNginx: {} }, strategy: { blueGreen: { preview: { path: '/green' } } } }), ...application, ingressText, ingressClassText]);
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['pause', 'weight', 'pause', 'promote']);
    expect(changed(plan, 'Ingress')[1]).toEqual(expect.arrayContaining(['+ - path: /green(/|$)(.*)']));
    expect(changed(plan, 'Service')[2]).toEqual(['- pod-template-hash: stablehash', '+ pod-template-hash: canaryhash']);
    expect(changed(plan, 'Service').at(-1)).toEqual(expect.arrayContaining(['- pod-template-hash: canaryhash']));
  });

  it('shows weights, matches and a Job by the Gateway API', async () => {
    const steps = [{ weight: 10 }, { route: { matches: [{ headers: [{ name: 'end-user', exact: 'jason' }] }] } }, { job: { template: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'test', image: 'test:v1' }] } } } } } }];
    const plan = await planOf([policyText({ router: { gatewayApi: {} } }).replace(/ {4}canary:[\s\S]*?(?=\n {2}\w)/, `    canary: ${JSON.stringify({ steps })}`), ...application, httpRouteText, gatewayText]);
    expect(changed(plan, 'HTTPRoute')[1]).toEqual(['+ weight: 90', '+ - name: web-canary', '+ port: 80', '+ weight: 10']);
    expect(changed(plan, 'HTTPRoute')[2]).toEqual(expect.arrayContaining(['+ - name: end-user', '+ value: jason']));
    expect(plan.parts[3]?.changes).toMatchObject([{ action: 'create', kind: 'Job', name: expect.stringContaining('web-1') as string }]);
    expect(plan.parts.flatMap(({ waits }) => waits).join()).not.toContain('no word from');
  });

  it('shows batches by the Service alone, and which shares Pod counts can show', async () => {
    const rolling = await planOf([policyText({ router: { service: {} }, strategy: { rolling: { batches: ['25%', '100%'] } } }), ...application]);
    expect(rolling.parts.map(({ pods }) => pods)).toEqual([{ stable: 4, canary: 0 }, { stable: 3, canary: 1 }, { stable: 0, canary: 4 }, { stable: 0, canary: 4 }, { stable: 0, canary: 4 }]);
    const canary = await planOf([policyText({ router: { service: {} }, strategy: { canary: { steps: [{ weight: 20 }] } } }), ...application]);
    expect(canary.reachableShares).toEqual([0, 200, 333, 429, 500, 1000]);
  });

  it('shows batches with shares of their own, between subsets that the user keeps', async () => {
    const names = ['web-v1', 'web-v2'];
    const version = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: name === 'web-v1' ? 4 : 0, selector: { matchLabels: { rev: name } }, template: { metadata: { labels: { app: 'web', rev: name } }, spec: { containers: [{ name: 'web', image: name }] } } } });
    const rule = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'web' }, spec: { host: 'web', subsets: names.map((name) => ({ name, labels: { rev: name } })) } };
    const spec = { workload: { versions: { list: names.map((name) => ({ deployment: name, subset: name })), old: 'Delete' as const } }, strategy: { rolling: { batches: [{ pods: 1, weight: 10, pause: {} }, { part: '100%', weight: 50 }] } } };
    const plan = await planOf([policyText(spec), ...names.map((name) => stringify(version(name))), stringify(rule), serviceText, routeText]);
    expect(plan.steps.map(({ text }) => text)).toEqual(['replace 1 Pod, 10 % to the canary', 'pause until told to go on', 'replace 100 % of the Pods, 50 % to the canary', 'promote']);
    // One Pod stays for what is left of stable's share.
    expect(plan.parts.map(({ pods }) => pods)).toEqual([{ stable: 4, canary: 0 }, { stable: 3, canary: 1 }, { stable: 3, canary: 1 }, { stable: 1, canary: 4 }, { stable: 0, canary: 4 }, { stable: 0, canary: 4 }]);
    expect(changed(plan, 'VirtualService').slice(0, 2)).toEqual([['+ subset: web-v1', '+ weight: 100'], ['- weight: 100', '+ weight: 90', '+ - destination:', '+ host: web', '+ subset: web-v2', '+ weight: 10']]);
    expect(changed(plan, 'DestinationRule').flat()).toEqual([]);
    expect(plan.parts.at(-1)).toMatchObject({ text: 'routes stay with the subset of the new version, the new version is stable', changes: [{ action: 'delete', kind: 'Deployment', name: 'web-v1' }] });
  });

  it('shows groups of users by Istio: B by cookie, wider, then everybody', async () => {
    const ab = { stages: [{ audience: { matches: [{ cookies: [{ name: 'group', exact: 'b' }] }] }, checks: [{ pause: {} }] }, { audience: { matches: [{ headers: [{ name: 'x-region', exact: 'north' }] }] } }, { share: 50 }] };
    const plan = await planOf([policyText({ strategy: { ab } }), ...application, routeText]);
    expect(plan.steps.map(({ text }) => text)).toEqual([
      'cookie group=b to the canary', 'pause until told to go on', 'cookie group=b; header x-region: north to the canary', 'watch for 10m', '50 % to the canary', 'watch for 10m', 'promote',
    ]);
    const routes = changed(plan, 'VirtualService');
    expect(routes[1]).toEqual(expect.arrayContaining(['+ - name: serin-web-match-0', '+ regex: ^(?:.*;\\s*)?group=b(?:;.*)?$', '+ subset: serin-canaryhash']));
    expect(routes[3]).toEqual(['+ - headers:', '+ x-region:', '+ exact: north']);
    // Half of everybody else, who stay with the version that they met.
    expect(routes[5]).toEqual(expect.arrayContaining(['+ set-cookie: serin-version=canaryhash; Path=/; Max-Age=86400', '+ weight: 50']));
    expect(routes[7]).toEqual(expect.arrayContaining(['- - name: serin-web-match-0', '- weight: 50']));
    expect(plan.parts[1]?.pods).toMatchObject({ stable: 4 });
    expect(plan.parts.at(-2)?.pods).toEqual({ stable: 0, canary: 4 });
  });

  it('skips what a hotfix skips', async () => {
    const plan = await planOf([policyText({ strategy: { canary: { steps: [{ weight: 10 }, { analyze: { for: '10m' } }, { approve: {} }] } } }), ...application, routeText], '--hotfix');
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['approve', 'promote']);
  });

  it('says what is wrong as lint does, and what it cannot find', async () => {
    const files = folder({ 'bad.yaml': policyText().replace('for: 5s', 'for: soon'), 'alone.yaml': policyText(), 'two.yaml': documents(policyText(), policyText({ workload: { deployment: 'other' } }, { name: 'other' }), ...application, deploymentText().replace('name: web', 'name: other'), routeText) });
    const run = (...args: string[]): Promise<CommandResult> => serin(undefined, ['plan', ...args], { cwd: files.path });
    const bad = await run('-f', 'bad.yaml');
    expect(bad).toMatchObject({ code: 1, out: '' });
    expect(bad.err).toContain('bad.yaml:');
    expect(bad.err).toMatch(/serin: 1 problem in bad\.yaml\.\n$/);
    expect(await run('-f', 'alone.yaml')).toMatchObject({ code: 1, err: 'serin: policy web releases Deployment web, which is not there: add it to the files, or correct the name.\n' });
    expect((await run('none', '-f', 'two.yaml')).err).toContain('the files hold no policy none. There are web, other.');
    expect((await run()).err).toBe('serin: name a policy, or give its files with -f.\n');
    expect((await run('web', '--image', 'v2')).code).toBe(2);
    files.remove();
  });
});

describe('plan of a policy on a cluster', () => {
  let driver: Driver;
  beforeAll(async () => {
    driver = new Driver();
    await driver.start();
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }]) });
  });
  afterAll(() => driver.stop());

  it('starts from what stands there, changes nothing, and plans the one after a release under way', async () => {
    const version = driver.version;
    const { code, out } = await serin(driver, ['plan', 'web', '--image', 'web=web:v2']);
    expect(code).toBe(0);
    expect(driver.version).toBe(version);
    expect(out).toMatch(/^policy web: canary, Istio, Deployment web, 4 Pods\nfrom web-\w+ \(web:v1\) to web-\w+ \(web:v2\)\n\nsteps\n {2}1 10 % to the canary\n {2}2 pause until told to go on\n {2}3 promote\n\njudged by\n {2}errors: .*\n {2}latency: .*\n {2}false alarms at most 1 %, missed at most 5 %; undecided after 5m: go on where nothing speaks against it\n/);
    expect(out).toContain('--- VirtualService web\n+++ VirtualService web\n');
    expect(out).not.toMatch(/managedFields|resourceVersion|was edited/);
    expect((await serin(driver, ['plan', 'web', '--image', 'wbe=web:v2'])).err).toContain('serin: --image: the Pod template has no container "wbe"; there is web.\n');
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Progressing']);
    await driver.until('10 %', async () => (await driver.client.get(serinResources.releases, { namespace, name: 'web-1' })).status?.step.index === 1);
    const during = await serin(driver, ['plan', 'web', '--image', 'web=web:v3']);
    expect(during.err).toContain('Release web-1 is under way; this is the plan of the one after it');
    const plain = (text: string): string => text.replace(/web-\w{8,10}/g, 'web-HASH').replace(/(hash: |serin-)\w+/g, '$1HASH').replace(/web:v[23]/g, 'web:NEW');
    expect(plain(during.out).split('step 1 of 3')[1]).toBe(plain(out).split('step 1 of 3')[1]);
  });
});
