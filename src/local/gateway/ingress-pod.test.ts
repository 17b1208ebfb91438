import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import type { ClusterClient } from '../../cluster/client.js';
import { localCluster, type LocalCluster } from '../../cluster/testing/local-cluster.js';
import type { Pod, Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { ingressPodName, ingressService } from './ingress-pod.js';
import { IngressPodWriter } from './ingress-pod-writer.js';

const place = { nodeName: 'serin-test', address: '10.244.7.1' };
const service = { name: 'istio-ingressgateway', namespace: 'istio-system' };

describe('the Pod and the Service of the gateway', () => {
  let cluster: LocalCluster;
  let client: ClusterClient;
  let writer: IngressPodWriter;
  let problems: string[];
  beforeEach(() => {
    cluster = localCluster(systemClock);
    client = createClient(cluster.transport, { fieldManager: 'gateway', clock: systemClock, random: seededRandom(1) });
    problems = [];
    writer = new IngressPodWriter(client, systemClock, place, (problem) => problems.push(problem.message));
  });
  afterEach(async () => {
    await writer.stop();
    await cluster.close();
    expect(problems).toEqual([]);
  });
  const pod = (): Promise<Pod | undefined> => client.find(resources.pods, ingressPodName(place));
  const found = async (): Promise<{ pod: Pod | undefined; service: Service | undefined }> => ({ pod: await pod(), service: await client.find(resources.services, service) });
  const ready = (not?: Pod): Promise<Pod> =>
    vi.waitFor(async () => {
      writer.report(await found());
      const seen = await pod();
      if (seen?.status?.phase !== 'Running' || seen.metadata.uid === not?.metadata.uid) throw new Error('not yet');
      return seen;
    }, { timeout: 10_000 });

  it('are made, and lead to where the gateway listens', async () => {
    const { metadata, spec, status } = await ready();
    expect(metadata.labels).toMatchObject(ingressService.spec?.selector ?? {});
    expect(spec).toMatchObject({ nodeName: 'serin-test', hostNetwork: true });
    expect(status).toMatchObject({ podIP: '10.244.7.1', conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) });
    expect((await client.get(resources.services, service)).spec.ports).toMatchObject([{ port: 80, targetPort: 8080 }]);
  });

  it('are there again when somebody deleted them, and are otherwise left alone', async () => {
    const first = await ready();
    writer.report(await found());
    await vi.waitFor(async () => expect((await pod())?.metadata.resourceVersion).toBe(first.metadata.resourceVersion));
    await client.delete(resources.pods, ingressPodName(place));
    await client.delete(resources.services, service);
    await ready(first);
    expect(await client.find(resources.services, service)).toBeDefined();
  });

  it("leave somebody's own Service of that name as it is", async () => {
    await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'istio-system' }, spec: {} });
    await client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: service, spec: { ports: [{ port: 8 }] } });
    await ready();
    expect((await client.get(resources.services, service)).spec.ports).toMatchObject([{ port: 8 }]);
  });
});
