import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../src/cluster/client.js';
import { createClient } from '../../src/cluster/create-client.js';
import { localCluster, type LocalCluster } from '../../src/cluster/testing/local-cluster.js';
import { startLoop, type RunningLoop } from '../../src/controller/argo/analysis-runs/testing/loop.js';
import { install } from '../../src/controller/installation.js';
import { argoDefinitions } from '../../src/frontends/argo/custom-resources.js';
import { resources } from '../../src/kubernetes/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { cases, endsAtOnce, saysMore } from './cases.js';
import { playRun } from './play.js';
import { startSequenceServer, type SequenceServer } from './sequence-server.js';

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Record<string, unknown>;

type State = Readonly<Record<string, unknown>>;

describe('AnalysisRuns end as Argo Rollouts ends them', () => {
  const errors: string[] = [];
  let cluster: LocalCluster;
  let client: ClusterClient;
  let server: SequenceServer;
  let loop: RunningLoop;
  beforeAll(async () => {
    cluster = localCluster(systemClock);
    client = createClient(cluster.transport, { fieldManager: 'test' });
    await install(client, systemClock, new AbortController().signal, []);
    for (const definition of argoDefinitions()) await client.create(resources.customResourceDefinitions, definition);
    server = await startSequenceServer();
    loop = await startLoop({ client: createClient(cluster.transport, { fieldManager: 'serin' }), errors });
  });
  afterAll(async () => {
    await loop?.stop();
    await server?.stop();
    await cluster?.close();
    expect(errors).toEqual([]);
  });

  it.concurrent.each(cases.map((each) => [each.name, each] as const))('%s', async (name, each) => {
    const state = await playRun(client, 'default', each, server.url);
    const same = ({ phase, message, runSummary, metricResults, ...rest }: State): unknown =>
      endsAtOnce.includes(name) ? { phase, message } : saysMore.includes(name) ? { phase, metricResults, ...rest } : { phase, message, runSummary, metricResults, ...rest };
    expect(same(state as State)).toEqual(same(recorded[name] as State));
  }, 120_000);
});
