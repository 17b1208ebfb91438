import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Driver, resources, serinResources } from '../driver/driver.js';
import { namespace, policy, setImage, settle, untilPhase, web } from '../driver/program.js';
import { serin, start } from './driven-shell.js';

/** Names that are drawn at random or made of hashes. */
const plain = (text: string): string =>
  text
    .replace(/web-[a-z0-9]{8,10}-[a-z0-9]{5}/g, 'web-HASH-POD')
    .replace(/web-[a-z0-9]{8,10}\b/g, 'web-HASH')
    .replace(/\d+ requests/g, 'N requests')
    .replace(/ of [\d,]+; /g, ' of N; ')
    .replace(/[\d.]+ ms/g, 'N ms')
    .replace(/\d\d:\d\d:\d\d/g, 'HH:MM:SS')
    .replace(/(for|took) \d+s/g, '$1 Ns')
    .replace(/(shares .*?) *counted *$/gm, '$1')
    .replace(/(── (?:canary|stable) {4,}.*?) +\S+ %$/gm, '$1');

describe('status, get and history', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  const text = async (...args: string[]): Promise<string> => plain((await serin(driver, args)).out);

  it('[S4-30] shows a release from the first share to the last', async () => {
    await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }, { weight: 100 }]) });
    expect(await text('status', 'web')).toMatchInlineSnapshot(`
      "policy web  Resting  Deployment web, canary, Istio
      └─ stable web-HASH  web:v1  4 of 4 ready
         ├─ Pod web-HASH-POD  Ready
         ├─ Pod web-HASH-POD  Ready
         ├─ Pod web-HASH-POD  Ready
         └─ Pod web-HASH-POD  Ready

      web-HASH is stable; waits for a new version.
      "
    `);
    expect(await text('get')).toMatchInlineSnapshot(`
      "NAME   WORKLOAD   PHASE     STABLE           RELEASE   AGE
      web    web        Resting   web-HASH   -         0s
      "
    `);
    await setImage(driver, 'web:v2');
    await driver.until('it pauses', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.message?.startsWith('Pauses') ?? false);
    expect(await text('status', 'web')).toMatchInlineSnapshot(`
      "policy web  Releasing  Deployment web, canary, Istio
      └─ release web-1  Progressing  for Ns
         ├─ steps
         │  ├─ ✓ 1 10 % to the canary
         │  ├─ ▶ 2 pause until told to go on
         │  ├─ · 3 100 % to the canary
         │  └─ · 4 promote
         ├─ canary web-HASH  web:v2  1 of 1 ready
         │  ├─ N requests, 0 failed
         │  └─ Pod web-HASH-POD  Ready
         ├─ stable web-HASH  web:v1  4 of 4 ready
         │  ├─ N requests, 0 failed
         │  ├─ Pod web-HASH-POD  Ready
         │  ├─ Pod web-HASH-POD  Ready
         │  ├─ Pod web-HASH-POD  Ready
         │  └─ Pod web-HASH-POD  Ready
         ├─ judged by
         │  ├─ ? errors: no samples of the canary yet
         │  └─ ? latency: no samples yet
         ├─ shares   asked   written   accepted
         │  ├─ canary      10 %    10 %      10 %       0 %
         │  └─ stable      90 %    90 %      90 %       100 %
         └─ log
            ├─ HH:MM:SS Release of web:v2 (web-HASH) started; web:v1 (web-HASH) stays in front of users.
            ├─ HH:MM:SS Step 1 of 4 started: 10 % to the canary.
            ├─ HH:MM:SS Asked for 10 % of the traffic for the canary (the plan).
            └─ HH:MM:SS Step 2 of 4 started: pause until told to go on.

      Pauses until someone goes on: serin resume web-1.
      "
    `);
    expect(await text('get', 'releases', '-o', 'wide')).toMatchInlineSnapshot(`
      "NAME    POLICY   PHASE         STEP   SHARE   REASON   AGE   STABLE           CANARY           STRATEGY   ROUTER   STABLE IMAGES   CANARY IMAGES   MESSAGE
      web-1   web      Progressing   2/4    10 %    -        15s   web-HASH   web-HASH   canary     istio    web:v1          web:v2          Pauses until someone goes on: serin resume web-1.
      "
    `);
    expect(await text('get', '-o', 'wide')).toMatch(/^NAME .* STRATEGY +ROUTER +IMAGES +MESSAGE\nweb .* canary +istio +web:v1 +Release web-1 is under way\.\n$/);
    await serin(driver, ['promote', 'web']);
    await untilPhase(driver, ['Completed']);
    await driver.until('the policy rests', async () => (await driver.client.get(serinResources.releasePolicies, web)).status?.phase === 'Resting');
    expect(await text('status', 'web-1')).toMatchInlineSnapshot(`
      "policy web  Resting  Deployment web, canary, Istio
      └─ release web-1  Completed  took Ns
         ├─ steps
         │  ├─ ✓ 1 10 % to the canary
         │  ├─ ✓ 2 pause until told to go on
         │  ├─ ✓ 3 100 % to the canary
         │  └─ ✓ 4 promote
         ├─ stable, the former canary, web-HASH  web:v2  4 of 4 ready
         │  ├─ N requests, 0 failed
         │  ├─ Pod web-HASH-POD  Ready
         │  ├─ Pod web-HASH-POD  Ready
         │  ├─ Pod web-HASH-POD  Ready
         │  └─ Pod web-HASH-POD  Ready
         ├─ former web-HASH  web:v1  0 of 0 ready
         │  └─ N requests, 0 failed
         ├─ judged by
         │  ├─ ? errors: canary fails 0 % of N requests, stable 0 % of N; so far no worse
         │  └─ ? latency: p99 of the canary N ms, of stable N ms; so far no slower
         └─ log
            ├─ HH:MM:SS Step 2 of 4 started: pause until told to go on.
            ├─ HH:MM:SS Step 3 of 4 started: 100 % to the canary.
            ├─ HH:MM:SS Asked for 100 % of the traffic for the canary (the plan).
            ├─ HH:MM:SS All steps passed; the canary becomes stable.
            ├─ HH:MM:SS The old version has drained; its ReplicaSets go back to Deployment web.
            └─ HH:MM:SS web:v2 (web-HASH) is stable now; N requests met it during the release, 0 failed.

      web-HASH is stable; waits for a new version.
      "
    `);
    expect(await text('history', 'web')).toMatch(/^NUMBER .*\n1 +web-HASH +web-HASH +Completed +\d+s +100 % +\d+ +0 +\S+ +- +-\n$/);
  });

  it('names every Pod with its version, and what keeps one from being ready', async () => {
    await settle(driver);
    await setImage(driver, 'web:bad');
    const release = await untilPhase(driver, ['Progressing']);
    const [pod] = (await driver.run(() => driver.client.list(resources.pods, { namespace, labelSelector: `pod-template-hash=${release.spec.canary.hash}` }))).items;
    const name = pod?.metadata.name ?? '';
    await driver.run(() => driver.client.patch(resources.pods, { namespace, name }, { kind: 'merge', body: { status: { phase: 'Running', containerStatuses: [{ name: 'web', image: 'web:bad', imageID: '', ready: false, restartCount: 1, state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }] } } }, { subresource: 'status' }));
    const { out } = await serin(driver, ['status', 'web']);
    expect(out).toContain(`Pod ${name}  ErrImagePull  1 restart`);
    expect(out).toContain(`${name}: container web: ErrImagePull, no such image`);
    await untilPhase(driver, ['Aborted']);
    expect((await serin(driver, ['status', 'web-1'])).out).toContain('release web-1  Aborted (CanaryNotReady)');
  });

  it('follows a release line by line where there is no terminal, until it has ended', async () => {
    await settle(driver);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Preparing']);
    const { code, out } = await serin(driver, ['status', 'web-1', '--watch']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('Step')).map((line) => line.slice(9))).toEqual([1, 2, 3, 4].map((number) => expect.stringContaining(`web-1: Step ${number} of 5 started`) as string));
    expect(lines.at(-1)).toMatch(/is stable now; \d+ requests met it during the release, 0 failed\.$/);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('draws anew on a terminal, with colours, until it is stopped', async () => {
    await settle(driver);
    const stopping = new AbortController();
    const watching = start(driver, ['status', 'web', '--watch'], { terminal: true, signal: stopping.signal, env: { NO_COLOR: '', TERM: 'xterm' } });
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    await driver.clock.advance(2000);
    stopping.abort();
    expect((await driver.run(() => watching.result)).code).toBe(0);
    expect(watching.out()).toContain('\u001B[32mResting\u001B[39m');
    expect(watching.out()).toMatch(/\u001B\[32m✓\u001B\[39m 1 10 % to the canary/);
  });

  it('gives all of it as data', async () => {
    await settle(driver);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Completed']);
    expect(JSON.parse((await serin(driver, ['status', 'web', '-o', 'json'])).out)).toMatchObject({ release: { metadata: { name: 'web-1' } }, versions: [{ role: 'canary', ready: 4, wanted: 4 }, { role: 'stable', wanted: 0 }] });
    expect((await serin(driver, ['get', 'policy', 'web', '-o', 'yaml'])).out).toContain('kind: ReleasePolicy\n');
    expect(JSON.parse((await serin(driver, ['get', 'releases', '-A', '-o', 'json'])).out)).toMatchObject({ kind: 'List', items: [{ kind: 'Release' }] });
  });

  it('shows who meets the canary beside its share, and explains it', async () => {
    const spec = { canary: { steps: [{ route: { matches: [{ cookies: [{ name: 'tester', exact: 'yes' }] }] } }, { weight: 10 }, { pause: {} }] } };
    await settle(driver, { policy: { ...policy(), spec: { ...policy().spec, strategy: spec, sticky: { for: '1h' } } } });
    expect((await serin(driver, ['explain', 'web'])).out).toMatch(/^Now\n {2}Policy web releases Deployment web by the canary strategy; traffic: Istio\.\n {2}It has had no release yet\.\n {2}Everybody meets stable, web:v1/);
    await setImage(driver, 'web:v2');
    await driver.until('it pauses', async () => (await driver.client.find(serinResources.releases, { namespace, name: 'web-1' }))?.status?.message?.startsWith('Pauses') ?? false);
    expect(await text('status', 'web')).toContain('beside shares\n   │  ├─ cookie tester=yes to the canary\n   │  └─ users stay with the version that they met, by the cookie serin-version\n');
    expect(await text('explain', 'web', '--cookie', 'tester=yes')).toMatch(/^A request with cookie tester=yes\n {2}gets the canary, web:v2 \(web-HASH\): it matches cookie tester=yes\.\n/);
    expect(await text('explain', 'web', '--header', 'a=b')).toContain('gets the canary, web:v2 (web-HASH), in 10 % of cases');
    expect(await text('explain', 'web')).toContain('VirtualService web is steered by the release; at its end this is put back: ');
    expect((await serin(driver, ['explain', 'web', '--cookie', 'tester'])).code).toBe(2);
    expect(JSON.parse((await serin(driver, ['explain', 'web', '-o', 'json'])).out)).toHaveLength(6);
  });

  it('lists what routers can do', async () => {
    const { out } = await serin(undefined, ['routers']);
    expect(out).toMatch(/^WHAT +ISTIO +.*SERVICE +TWOSERVICES +NONE\n/);
    expect(out).toMatch(/\ncopies of requests .* no +yes \(\d+\) +no\n/);
    expect(out).toContain('no for service: a Service knows Pods, not requests\n');
    expect(JSON.parse((await serin(undefined, ['routers', '-o', 'json'])).out)).toContainEqual(expect.objectContaining({ name: 'none', title: 'none', capabilities: expect.objectContaining({ mirror: { supported: false, note: 'nobody sends requests through a Service' } }) as object }));
  });

  it('names what there is when a name is wrong', async () => {
    await settle(driver);
    expect((await serin(driver, ['status', 'wbe'])).err).toBe('serin: there is no policy or release "wbe" in namespace default. Did you mean web?\n');
    expect((await serin(driver, ['status', 'web', '-n', 'shop'])).err).toBe('serin: there is no policy or release "web" in namespace shop, but in default: add -n default.\n');
    expect((await serin(driver, ['get', 'policy', 'nope'])).err).toBe('serin: there is no ReleasePolicy "nope" in namespace default.\n');
    expect((await serin(driver, ['get', 'relases'])).err).toBe('serin: there is no kind "relases". Did you mean releases?\n');
    expect((await serin(driver, ['get', '-n', 'shop'])).err).toBe('There are no policies in namespace shop.\n');
  });
});
