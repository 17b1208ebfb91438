import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../../src/kubernetes/resources.js';
import type { CanaryStep } from '../../../../src/model/policy/steps.js';
import { installIstioKinds } from '../../data-planes/custom-kinds.js';
import { openLab, type Lab } from '../../lab/open-lab.js';
import { goThrough } from './git-shop.js';
import { GitVersions } from './git-versions.js';
import { GITOPS } from './reconciler.js';

const steps: CanaryStep[] = [{ weight: 20 }, { pause: {} }];
const OVERWRITTEN = new RegExp(`field manager "${GITOPS}" set it to 0 in place of 1`);
const routes = { kind: 'VirtualService', pointer: '/spec/http' };
const sizes = { kind: 'Deployment', pointer: '/spec/replicas' };

describe('versions that a user runs, whose sizes are in git', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await installIstioKinds(lab.client);
  });
  afterAll(() => lab?.stop());

  it.concurrent('server-side, which puts sizes back: the release holds at no share, says who it was, writes once more, and goes on when it ends', async ({ onTestFinished }) => {
    const shop = await GitVersions.openGit(lab, 'gitops-sizes', { way: 'server-side', ignored: [routes], steps });
    onTestFinished(() => shop.tool.stop());
    shop.commit('v2');
    const once = await shop.until('holds', ({ status }) => OVERWRITTEN.test(status?.message ?? ''));
    expect(once.status?.message).toMatch(/^Deployment shop-v2, spec\.replicas: .*Serin does not fight over it\. It is written once more at /);
    const held = await shop.until('holds for good', ({ status }) => OVERWRITTEN.test(status?.message ?? '') && status?.overwritten?.again !== undefined);
    expect(held.status?.message).toMatch(/To end it: .*ignoreDifferences \{group: apps, kind: Deployment, name: shop-v2, jsonPointers: \[\/spec\/replicas\]\}/);
    // The write that may have been on its way.
    await shop.rounds(6);
    const generation = async (): Promise<number | undefined> => (await lab.client.get(resources.deployments, { namespace: shop.namespace, name: 'shop-v2' })).metadata.generation;
    const before = await generation();
    await shop.rounds(3);
    expect(await generation()).toBe(before);
    const after = await shop.get();
    expect([after?.status?.phase, after?.status?.intent.share]).toEqual(['Progressing', 0]);
    expect(await shop.sizes()).toEqual({ 'shop-v1': 2, 'shop-v2': 0 });

    await shop.tool.stop();
    await goThrough(shop);
    expect(await shop.sizes()).toEqual({ 'shop-v1': 0, 'shop-v2': 2 });
  });

  it.concurrent('client-side, which leaves alone what the documentation names: nothing is overwritten at any phase', async ({ onTestFinished }) => {
    const shop = await GitVersions.openGit(lab, 'gitops-sizes-ignored', { way: 'client-side', ignored: [routes, sizes], steps });
    onTestFinished(() => shop.tool.stop());
    const said = new Set<string>();
    shop.commit('v2');
    const watched = shop.until('ends', ({ status }) => {
      said.add(status?.message ?? '');
      return status?.phase === 'Completed';
    });
    watched.catch(() => undefined);
    await shop.atPause();
    await shop.rounds(2);
    expect(await shop.sizes()).toEqual({ 'shop-v1': 2, 'shop-v2': 1 });
    await shop.goOn();
    await watched;
    await shop.atRest();
    await shop.rounds(2);
    expect(await shop.sizes()).toEqual({ 'shop-v1': 0, 'shop-v2': 2 });
    // And one that is taken back.
    shop.commit('v1');
    await shop.atPause();
    await shop.patch({ abort: true });
    await shop.ends('Aborted');
    await shop.rounds(2);
    expect(await shop.sizes()).toEqual({ 'shop-v1': 0, 'shop-v2': 2 });
    expect([...said].filter((each) => /overwr|field manager|someone else/.test(each))).toEqual([]);
    expect(shop.tool.problems).toEqual([]);
    const marks = (await lab.client.list(resources.deployments, { namespace: shop.namespace })).items.map(({ metadata }) => metadata.annotations?.['serin.dev/size']);
    expect(marks).toEqual([undefined, undefined]);
  });
});
