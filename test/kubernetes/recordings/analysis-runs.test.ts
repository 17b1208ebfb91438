import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.js';
import { cases } from '../../analysis-runs/cases.js';
import { playRun } from '../../analysis-runs/play.js';
import { startSequenceServer, type SequenceServer } from '../../analysis-runs/sequence-server.js';
import { startKwokPlane, type KwokPlane } from '../lab/kwok-lab.js';
import type { LabProcess } from '../lab/lab-process.js';
import { networks } from '../lab/networks.js';
import { installArgoDefinitions, startArgoController } from '../lanes/argo/argo-controller.js';

/** `make record-rollouts`: how Argo Rollouts itself ends AnalysisRuns. */
describe('AnalysisRuns as Argo Rollouts itself ends them', () => {
  let lab: KwokPlane;
  let server: SequenceServer;
  let argo: LabProcess;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(170_000);
    server = await startSequenceServer();
    lab = await startKwokPlane({ name: 'argo-runs', network: networks.recordedAnalyses, nodes: [{ count: 1 }] }, signal);
    await installArgoDefinitions(lab.client, signal);
    await lab.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argo-rollouts' }, spec: {} });
    argo = startArgoController(lab.plane, { metrics: 18_092, health: 18_082 });
  }, 180_000);
  afterAll(async () => {
    await argo?.stop();
    await lab?.stop();
    await server?.stop();
  });

  it('all of them', async () => {
    const states = await Promise.all(cases.map(async (each) => [each.name, await playRun(lab.client, 'default', each, server.url)] as const));
    writeFileSync(new URL('../../analysis-runs/recorded.json', import.meta.url), `${JSON.stringify(Object.fromEntries(states), undefined, 2)}\n`);
  }, 300_000);
});
