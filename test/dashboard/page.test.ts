import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterRole, ClusterRoleBinding } from '../../src/kubernetes/generated/rbac-v1.js';
import { installedKinds } from '../../src/installation/kinds.js';
import { userRoles } from '../../src/installation/parts/access.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { ImagePolicy } from '../../src/model/images/image-policy.js';
import type { Release } from '../../src/model/release.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import { eventually, startTestCluster, type TestCluster } from '../scenarios/local-cluster.js';
import { servePage, type ServedPage } from '../scenarios/served-page.js';
import { hostOf, openShop, policyOf, shopImages } from '../scenarios/shop-manifests.js';
import type { Traffic } from '../scenarios/traffic.js';
import { ask, askMany, countAnswers, startUsers } from '../scenarios/web-requests.js';
import { axeFindings, browserPath, headingsNotIn, isOnTop, keepScreenshot, looks, openBrowser, openWindow, widerThanScreen, type Look, type Window } from './browser.js';
import { expectPanels } from './release-panels.js';

if (browserPath === undefined) {
  if (process.env['CI'] === 'true') throw new Error('the web page in a real browser: there is no chromium; see scripts/install-tools.sh.');
  console.warn('NOT RUN: the web page in a real browser: there is no chromium; see scripts/install-tools.sh.');
}

const namespace = 'shop';
const host = hostOf(namespace, 'istio');
const SHOP_1 = `/releases/${namespace}/shop-1`;
/** Both ways in which the page is laid out, light and dark; in Chinese the pages with most to say. */
const AXED: Readonly<Partial<Record<Look, RegExp>>> = { phone: /./, dark: /./, zh: /^(sign-in|release|approvals|ended)$/ };
const CHINESE = /[\u4e00-\u9fff]/;
/** Headings that are names. */
const NAMES = /^(404|Serin|shop(-1)?|example\/shop:v\d.*|VirtualService)$/;
const steps = [{ route: { matches: [{ cookies: [{ name: 'tester', exact: 'yes' }] }] } }, { weight: 20 }, { approve: {} }, { pause: {} }, { weight: 50 }, { pause: {} }];

describe.skipIf(browserPath === undefined).sequential('the page in a browser', () => {
  let cluster: TestCluster;
  let served: ServedPage;
  let browser: Browser;
  let users: Traffic;
  /** Where anna sits from the first test to the last. */
  let desk: Window;
  let page: Page;
  let cookies: Awaited<ReturnType<BrowserContext['cookies']>>;
  const windows: Window[] = [];

  beforeAll(async () => {
    cluster = await startTestCluster('--images', shopImages);
    await Promise.all([
      openShop(cluster, { namespace, replicas: 1, doors: ['istio'] }, policyOf(namespace, { canary: { steps } }, { istio: {} }, { sticky: { for: '24h' } })),
      addPerson('anna'),
      openBrowser().then((opened) => (browser = opened)),
    ]);
    const password = join(cluster.directory, 'webhook-password');
    await writeFile(password, 'drone\n', { mode: 0o600 });
    [served] = await Promise.all([
      servePage(join(cluster.directory, 'kubeconfig-anna'), '--webhook-user', 'drone', '--webhook-password-file', password),
      eventually('the policy is ready', async () => (await cluster.client.get(serinResources.releasePolicies, { namespace, name: 'shop' })).status?.phase === 'Resting'),
    ]);
    users = startUsers(cluster.ingress, { host }, 20);
    desk = await open('desk');
    page = desk.page;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all([users?.stop(), served?.stop()]);
    await cluster?.stop();
  });

  /** Somebody with all roles for people, who sees everything else and takes webhooks, on the whole cluster. */
  async function addPerson(name: string): Promise<void> {
    const { code, stderr } = await cluster.serin('local', 'user', 'add', name, '--directory', cluster.directory, '--name', 'test');
    expect(code, stderr).toBe(0);
    const metadata = { name: `test-${name}` };
    await cluster.client.create<ClusterRole>(installedKinds.ClusterRole, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: [...userRoles.flatMap(({ rules }) => rules), { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }, { apiGroups: ['serin.dev'], resources: ['imageupdates'], verbs: ['create'] }] });
    await cluster.client.create<ClusterRoleBinding>(installedKinds.ClusterRoleBinding, {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    });
  }
  async function open(look: Look): Promise<Window> {
    const window = await openWindow(browser, look, cookies);
    windows.push(window);
    return window;
  }
  const until = (what: string, condition: (release: Release) => boolean): Promise<Release> =>
    eventually(what, async () => {
      const found = await cluster.client.find(serinResources.releases, { namespace, name: 'shop-1' });
      return found && condition(found) && found;
    }, 45);
  const serin = async (...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await cluster.serin(...args, '-n', namespace);
    expect(code, stdout + stderr).toBe(0);
  };
  const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');

  /** Opens the page at each of these addresses in each look until it shows such an element, keeps pictures, and lets axe look: nothing may be found. */
  async function lookAt(places: Readonly<Record<string, readonly [path: string, shows: string]>>): Promise<void> {
    const findings: string[] = [];
    await Promise.all((Object.keys(looks) as Look[]).map(async (look) => {
      const window = await open(look);
      for (const [name, [path, shows]] of Object.entries(places)) {
        await window.page.goto(served.url + path);
        await window.page.locator(shows).first().waitFor();
        await window.page.locator('.skeleton, [aria-busy=true]').first().waitFor({ state: 'detached' });
        await keepScreenshot(window.page, `${name}-${look}`);
        if (AXED[look]?.test(name) === true) findings.push(...(await axeFindings(window.page)).map((each) => `${name}, ${look}: ${each}`));
        if (look === 'zh') findings.push(...(await headingsNotIn(window.page, 'zh-CN', CHINESE, NAMES)).map((each) => `${name}: not in Chinese: ${each}`));
        findings.push(...(await widerThanScreen(window.page)).map((each) => `${name}, ${look}: wider than the screen: ${each}`));
      }
      await window.context.close();
    }));
    expect(findings).toEqual([]);
  }

  it('[S3-11] shows nothing but how to sign in to whom it does not know', async () => {
    const stranger = await open('phone');
    await stranger.page.goto(served.url + SHOP_1);
    await stranger.page.getByText('Open the link that the command printed').waitFor();
    expect(await stranger.page.locator('body').innerText()).not.toContain('shop');
    await stranger.page.goto(`${served.url}/sign-in?code=wrong`);
    expect(await stranger.page.locator('body').innerText()).toMatch(/link/);
    await stranger.context.close();
    await lookAt({ 'sign-in': ['/', 'h2'] });
  });

  it('[S3-11] signs in by the link, once', async () => {
    await page.goto(served.link);
    await page.getByRole('heading', { name: 'Releases', exact: true }).waitFor();
    await page.getByText('No release').waitFor();
    expect(page.url()).toBe(`${served.url}/`);
    await page.getByRole('button', { name: 'You' }).click();
    await page.getByRole('group', { name: 'You' }).getByText('anna', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    const other = await open('desk');
    await other.page.goto(served.link);
    expect(await other.page.locator('body').innerText()).toMatch(/used already/);
    await other.context.close();
    cookies = await desk.context.cookies();
  });

  it('[S3-11] lists a release as it begins, and where it is', async () => {
    await page.evaluate('window.sameDocument = true');
    await cluster.client.patch(resources.deployments, { namespace, name: 'shop' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'shop', image: 'example/shop:v2' }] } } } } });
    const row = page.getByRole('link', { name: /shop-1/ });
    await row.waitFor();
    await row.getByText('Waits for approval').waitFor({ timeout: 45_000 });
    await row.getByText('20%').first().waitFor();
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await page.getByRole('searchbox').fill('nothing of that name');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('shop');
    await row.waitFor();
  });

  it('[S3-11] narrows the list down by namespace, outcome, and what waits for who looks', async () => {
    const row = page.getByRole('link', { name: /shop-1/ });
    const nothing = page.getByText('No release fits search and filters.');
    await page.getByLabel('Waits for me').check();
    await page.getByLabel('Outcome').selectOption('Completed');
    await nothing.waitFor();
    expect(await row.count()).toBe(0);
    await page.getByLabel('Outcome').selectOption('Running');
    await row.waitFor();
    expect(await page.getByLabel('Namespace').locator('option').allInnerTexts()).toEqual(['All namespaces', namespace]);
    await page.getByLabel('Namespace').selectOption(namespace);
    await row.waitFor();
    const address = new URL(page.url());
    expect(Object.fromEntries(address.searchParams)).toMatchObject({ search: 'shop', namespace, outcome: 'running' });
    address.searchParams.set('namespace', 'elsewhere');
    const other = await open('desk');
    await other.page.goto(address.href);
    await other.page.getByText('No release fits search and filters.').waitFor();
    await other.page.getByRole('button', { name: 'Clear filters' }).click();
    await other.page.getByRole('link', { name: /shop-1/ }).waitFor();
    await other.context.close();
    await row.click();
    await page.getByRole('heading', { name: 'shop-1', exact: true }).waitFor();
  });

  it('[S0-03] shows a release as a sequence of stages, with what was done, where it is and what comes', async () => {
    const stages = page.getByRole('region', { name: 'Stages' });
    const now = stages.locator('[aria-current=step]');
    await now.getByText(/approval/).first().waitFor();
    expect(await stages.locator('[data-state=now]').count()).toBe(1);
    await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
    const lines = await stages.locator('li[data-kind]').evaluateAll((all) => all.map(({ dataset }) => `${dataset.state} ${dataset.kind}`));
    expect(lines).toEqual(['done begin', 'done route', 'done weight', 'now approve', 'todo pause', 'todo weight', 'todo pause', 'todo promote']);
  });

  it('[S0-18] says which version a browser gets, and by which cookie', async () => {
    const audience = page.getByRole('region', { name: 'Which version a browser gets' });
    await audience.getByText('gets the canary in 20% of cases').waitFor();
    await audience.getByText(/stays with it for .*, by the cookie serin-version/).waitFor();
    const carried = await audience.locator('li').filter({ hasText: 'this cookie: the canary' }).locator('.release-carries').innerText();
    expect(carried).toBe('Cookie: tester=yes');
    const stays = await audience.locator('li').filter({ hasText: 'stays with stable' }).locator('.release-carries').innerText();
    // What it says is true.
    for (const [line, version] of [[carried, 'v2'], [stays, 'v1']] as const) {
      const cookie = line.replace('Cookie: ', '');
      expect([cookie, countAnswers(await askMany(cluster.ingress, { host, cookie }, 20))]).toEqual([cookie, { [version]: 20 }]);
    }
  });

  it('tells somebody on call with a phone all that matters on the first screen, and first', async () => {
    const { page: phone, context } = await open('phone');
    await phone.goto(served.url + SHOP_1);
    const abort = phone.getByRole('button', { name: 'Abort' });
    const first = { state: phone.locator('.release-badges'), share: phone.locator('.release-share'), waits: phone.getByRole('region', { name: 'Waits for' }), abort };
    for (const [name, place] of Object.entries(first)) {
      await place.waitFor();
      const box = await place.boundingBox();
      expect([name, box !== null && box.y >= 0 && box.y + box.height <= looks.phone.viewport.height && box.x >= 0 && box.x + box.width <= looks.phone.viewport.width]).toEqual([name, true]);
      // Neither covered by the tabs below nor by anything else.
      expect([name, await place.evaluate(isOnTop)]).toEqual([name, true]);
    }
    const tree = await phone.locator('body').ariaSnapshot();
    const order = ['heading "shop-1"', 'The canary has 20%', 'region "Waits for"', 'button "Abort"', 'heading "Stages"', '- navigation'].map((each) => tree.indexOf(each));
    expect(order.every((at) => at >= 0), tree).toBe(true);
    expect(order).toEqual([...order].sort((one, other) => one - other));
    // One tap, and all that there is to decide on is on the screen.
    await abort.tap();
    const dialog = phone.getByRole('dialog', { name: 'Abort shop-1?' });
    const asked = { consequence: dialog.locator('.consequence'), cancel: dialog.getByRole('button', { name: 'Cancel' }), confirm: dialog.getByRole('button', { name: 'Abort', exact: true }) };
    for (const [name, place] of Object.entries(asked)) {
      await place.waitFor();
      const box = await place.boundingBox();
      expect([name, box !== null && box.y >= 0 && box.y + box.height <= looks.phone.viewport.height && box.x >= 0 && box.x + box.width <= looks.phone.viewport.width, await place.evaluate(isOnTop)]).toEqual([name, true, true]);
    }
    expect(await asked.consequence.innerText()).toMatch(/All users go back to shop-/);
    await keepScreenshot(phone, 'abort-phone');
    await asked.cancel.tap();
    await dialog.waitFor({ state: 'detached' });
    expect((await until('it is there', () => true)).spec.abort ?? false).toBe(false);
    await context.close();
  });

  it('[S3-11] shows both versions side by side, what is judged, what happened, and what was written', async () => {
    await page.goto(served.url + SHOP_1);
    await expectPanels(page);
  });

  it('[S3-11] pauses a release and lets it go on', async () => {
    await page.goto(served.url + SHOP_1);
    for (const [button, paused] of [['Pause', true], ['Resume', false]] as const) {
      await page.getByRole('button', { name: button, exact: true }).click();
      const dialog = page.getByRole('dialog', { name: `${button} shop-1?` });
      await dialog.locator('.consequence').getByText(paused ? /until somebody goes on/ : /is still taken back/).waitFor();
      await dialog.getByRole('button', { name: button, exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByText(paused ? 'Release shop-1 is paused.' : 'Release shop-1 goes on.').waitFor();
      await until(`${button} has arrived`, ({ spec }) => (spec.paused ?? false) === paused);
    }
    await page.getByRole('region', { name: 'Who did what' }).filter({ hasText: /anna[^]*resumed it[^]*anna[^]*paused it/ }).waitFor();
  });

  it('takes an approval in the name of who gives it', async () => {
    await page.getByRole('link', { name: /^Approvals/ }).click();
    await page.getByRole('button', { name: 'Approve shop-1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/users/i).first().waitFor();
    await dialog.getByLabel(/Comment/).fill('looks good to me');
    await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await cluster.client.list(serinResources.approvals, { namespace })).items.map(({ spec }) => spec)).toMatchObject([{ user: 'anna', approved: true, comment: 'looks good to me', step: 3 }]);
    await until('it goes on', ({ status }) => status?.step.index === 3);
    expect(served.audit()).toEqual(expect.arrayContaining([expect.objectContaining({ user: 'anna', status: 200 })]));
  });

  it('[S3-18] has who approved what on record', async () => {
    await page.goto(served.url + SHOP_1);
    const people = page.getByRole('region', { name: 'Who did what' });
    await people.getByText('looks good to me').waitFor();
    expect(await people.innerText()).toMatch(/anna[^]*approved step 3/);
  });

  it('says that the connection is cut and since when, and shows what happened meanwhile', async () => {
    await page.getByText('Under way · step 4 of').first().waitFor();
    await desk.context.setOffline(true);
    await page.getByText(/Connection lost since \d+:\d+:\d+/).waitFor();
    await keepScreenshot(page, 'lost-desk');
    await serin('promote', 'shop-1');
    await until('it is at its last pause', ({ status }) => status?.step.index === 5);
    expect(await page.locator('.release-badges').innerText()).toContain('step 4 of');
    await desk.context.setOffline(false);
    await page.getByText('Connected again').waitFor();
    await page.getByText('Under way · step 6 of').first().waitFor();
    await page.getByText('The canary has 50%').waitFor({ state: 'attached' });
    await page.getByText(/Connection lost/).waitFor({ state: 'detached' });
  });

  it('looks right and is accessible everywhere while a release runs', async () => {
    const policy: ImagePolicy = { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'shop', namespace }, spec: { workload: { deployment: 'shop' }, tags: { level: 'force' }, approval: {} } };
    await cluster.client.create(serinResources.imagePolicies, policy);
    const basic = { authorization: `Basic ${Buffer.from('drone:drone').toString('base64')}` };
    expect(await served.visitor(basic).post('/v1/webhooks/native', { name: 'example/shop', tag: 'v3' })).toMatchObject({ status: 202, body: { accepted: [{ policy: `${namespace}/shop` }] } });
    await eventually('it waits', async () => (await cluster.client.list(serinResources.imageUpdates, { namespace })).items.some(({ status }) => status?.phase === 'WaitingForApproval'), 30);
    await lookAt({
      releases: ['/', 'a[href$=shop-1]'],
      release: [SHOP_1, '#release-audience'],
      policies: ['/policies', 'a[href$=shop]'],
      policy: [`/policies/${namespace}/shop`, 'a[href$=shop-1]'],
      approvals: ['/approvals', 'article'],
      images: ['/images', '.item'],
      nowhere: ['/nowhere', 'h1'],
    });
  }, 120_000);

  it('[S3-18] rejects an image with the reason, and tells who comes after in their own language', async () => {
    const late = await open('zh');
    await late.page.goto(`${served.url}/approvals`);
    await late.page.getByRole('button', { name: '批准 example/shop:v3' }).click();
    await page.goto(`${served.url}/approvals`);
    await page.getByRole('button', { name: 'Reject example/shop:v3' }).click();
    const dialog = page.getByRole('dialog', { name: /^Reject / });
    await dialog.getByText(/Nothing changes for users: .*v2.* goes on running|Nothing changes for users/).waitFor();
    await dialog.getByLabel(/Comment/).fill('not before the sale is over');
    await dialog.getByRole('button', { name: 'Reject', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const update = await eventually('it is decided', async () => (await cluster.client.list(serinResources.imageUpdates, { namespace })).items.find(({ status }) => status?.phase === 'Rejected'), 30);
    expect((await cluster.client.list(serinResources.imageApprovals, { namespace })).items).toMatchObject([{ spec: { user: 'anna', approved: false, comment: 'not before the sale is over', imageUpdate: update.metadata.name } }]);
    expect((await cluster.client.get(resources.deployments, { namespace, name: 'shop' })).spec?.template.spec?.containers[0]?.image).toBe('example/shop:v2');
    await page.getByRole('button', { name: 'Reject example/shop:v3' }).waitFor({ state: 'detached' });
    const asked = late.page.getByRole('dialog');
    await asked.getByRole('button', { name: '批准', exact: true }).click();
    await asked.getByRole('alert').getByText(/^镜像 .*已有决定（Rejected）；无需此操作。$/).waitFor();
    await late.context.close();
  });

  it('shows a policy as YAML', async () => {
    const { page: other, context } = await open('desk');
    await other.goto(`${served.url}/policies/${namespace}/shop`);
    await other.getByText('The policy as it is written').click();
    expect(await other.locator('.spec').innerText()).toMatch(/^workload:\n {2}deployment: shop\n/);
    await context.close();
  });

  it('keeps what can be done in one row where there is room', async () => {
    const { page: desktop, context } = await open('desk');
    for (const width of [1280, 1024]) {
      await desktop.setViewportSize({ width, height: 800 });
      await desktop.goto(served.url + SHOP_1);
      const buttons = desktop.locator('.release-actions-main .button');
      await buttons.first().waitFor();
      const tops = await buttons.evaluateAll((all) => all.map((each) => Math.round(each.getBoundingClientRect().top)));
      expect([width, tops.length, new Set(tops).size]).toEqual([width, 4, 1]);
    }
    await context.close();
  });

  it('takes a release back by the keyboard alone, after saying what will happen to users', async () => {
    await page.goto(served.url + SHOP_1);
    await page.getByRole('button', { name: 'Abort' }).waitFor();
    for (let presses = 0; !(await focused()).startsWith('Abort'); presses++) {
      expect(presses).toBeLessThan(10);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Abort shop-1?' });
    await dialog.waitFor();
    expect(await dialog.locator('.consequence').innerText()).toMatch(/users/i);
    // Not by one Enter too many.
    expect(await focused()).toBe('Cancel');
    expect(await axeFindings(page)).toEqual([]);
    await keepScreenshot(page, 'abort-desk');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Abort');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Taken back').first().waitFor({ timeout: 30_000 });
    const { status } = await until('it was taken back', (release) => release.status?.phase === 'Aborted');
    expect(status?.abortReason).toBe('AbortedByUser');
    expect(countAnswers(await askMany(cluster.ingress, { host }, 100))).toEqual({ v1: 100 });
    expect((await ask(cluster.ingress, { host, cookie: 'tester=yes' })).version).toBe('v1');
  });

  it('[S1-20] keeps the record: whether it was tested, how it was taken back, and how fast', async () => {
    const record = page.getByRole('region', { name: 'The record' });
    await record.getByText(/taken back within/).waitFor();
    const text = await record.innerText();
    expect(text).toMatch(/Was it tested\?[^]*1 approval step passed/);
    expect(text).toMatch(/How was it taken back\?[^]*AbortedByUser/);
    expect(text).toMatch(/taken back within \d/);
    expect(text).toMatch(/It had at most 50% of the traffic/);
    expect(await page.getByRole('region', { name: 'Who did what' }).innerText()).toMatch(/anna[^]*abort/i);
    await lookAt({ ended: [SHOP_1, '.release-record'], 'policy-after': [`/policies/${namespace}/shop`, 'a[href$=shop-1]'] });
  });

  it('[S3-11] says of a policy how often, how long, how often taken back, and how many users were hurt', async () => {
    await page.goto(`${served.url}/policies/${namespace}/shop`);
    const delivery = page.getByRole('region', { name: 'Delivery' });
    const figure = (name: string): Promise<string> => delivery.locator('li').filter({ has: page.getByRole('heading', { name, exact: true }) }).locator('.figure').innerText();
    await delivery.getByText('Of the 1 releases on record').waitFor();
    expect(await figure('How often')).toBe('0 a week');
    // None has reached all users.
    expect(await figure('How long')).toBe('–');
    expect(await figure('Taken back')).toMatch(/^100 ?%$/);
    expect(await figure('Back to normal')).toMatch(/^\d/);
    await delivery.getByText('No request of a user failed on a new version.').waitFor();
    await page.goto(served.url + SHOP_1);
  });

  it('comes back when the server does, to who signs in again', async () => {
    const { port } = new URL(served.url);
    // What has not come yet cannot be lost.
    await page.locator('.release-badges').waitFor();
    await served.stop();
    await page.getByText(/Connection lost since \d+:\d+:\d+/).waitFor({ timeout: 20_000 });
    served = await servePage(join(cluster.directory, 'kubeconfig-anna'), '--port', port);
    await page.getByRole('button', { name: 'Try now' }).click({ timeout: 2_000 }).catch(() => undefined);
    // Sessions ended with the server.
    await page.getByText('Your session has ended').waitFor({ timeout: 30_000 });
    expect(await page.locator('body').innerText()).not.toContain('shop-1');
    await page.goto(served.link);
    await page.getByRole('link', { name: /shop-1/ }).waitFor();
  });

  it('did all of that without an error on the console and within its content security policy', async () => {
    expect(windows.flatMap((each) => each.problems())).toEqual([]);
    expect(await readFile(join(cluster.directory, 'logs', 'serin.log'), 'utf8')).not.toContain('TypeError');
  });
});
