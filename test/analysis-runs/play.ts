import type { ClusterClient } from '../../src/cluster/client.js';
import type { AnalysisRun } from '../../src/frontends/argo/kinds/analysis.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { comparable, type RunCase } from './cases.js';

/** Milliseconds. */
const PATIENCE = 120_000;

/** Plays an AnalysisRun to its end. @returns its status, comparable */
export async function playRun(client: ClusterClient, namespace: string, { name, spec, terminateAt }: RunCase, url: string): Promise<unknown> {
  await client.create(argoResources.analysisRuns, { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name, namespace }, spec: spec(url) });
  let isTold = false;
  for (const end = systemClock.monotonic() + PATIENCE; systemClock.monotonic() < end; await systemClock.sleep(50)) {
    const run = await client.get(argoResources.analysisRuns, { namespace, name });
    if (/^(Successful|Failed|Error|Inconclusive)$/.test(run.status?.phase ?? '')) return comparable(run);
    if (isTold || terminateAt === undefined || run.status?.startedAt === undefined || taken(run) < terminateAt) continue;
    isTold = true;
    await client.patch(argoResources.analysisRuns, { namespace, name }, { kind: 'merge', body: { spec: { terminate: true } } });
  }
  throw new Error(`${name} does not end`);
}

const taken = ({ status }: AnalysisRun): number => (status?.metricResults ?? []).reduce((sum, { measurements = [] }) => sum + measurements.length, 0);
