import { createServer, type Server } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../../src/cluster/client.js';
import type { KubernetesObject, Resource } from '../../../src/kubernetes/objects.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { askGolden, type GoldenAnswer, type GoldenDoor } from '../../../src/local/gateway/conformance/testing/asking.js';
import { Arrivals, echoProgram } from '../../../src/local/gateway/conformance/testing/echo-program.js';
import { answerDifferences, goldenAnswers, planes, recordAnswers, type Plane } from '../../../src/local/gateway/conformance/testing/golden-answers.js';
import { goldenCases, goldenGateway, type GoldenRequest, type Place } from '../../../src/local/gateway/conformance/testing/golden-case.js';
import { goldenPrograms, goldenServices, ownServices, type GoldenProgram } from '../../../src/local/gateway/conformance/testing/golden-services.js';
import { systemClock } from '../../../src/ports/clock.js';
import { eventually } from '../../scenarios/local-cluster.js';

const POD_PORT = 8080;
/** How long answers may take to become those that were recorded: products read many objects one after the other. */
const PATIENCE_SECONDS = 60;

/**
 * What a product answers by chance, so that no recording of it is true: Traefik tries routers of one priority in the order of a Go map
 * (pkg/server/router/router.go), whatever the age of their routes.
 */
const BY_CHANCE: Readonly<Partial<Record<Plane, readonly string[]>>> = { traefik: ['G06.1'] };

/** Where the cases of a product are played. */
export interface GoldenPlane {
  readonly client: ClusterClient;
  readonly place: Place;
  /** The first three numbers of the addresses of the programs. */
  readonly addresses: string;
  /** Where the product listens. */
  readonly door: Pick<GoldenDoor, 'host' | 'port'>;
}

/**
 * Describes that a product answers every case of the local gateway as it was recorded to, so that the recording is true.
 * `SERIN_RECORD=1` records it anew.
 * @param open asked when the tests run
 */
export function describeGoldenCases(plane: Plane, open: () => GoldenPlane): void {
  const { api } = planes[plane];
  describe('the cases that the local gateway is tried by', () => {
    it(process.env['SERIN_RECORD'] === undefined ? 'are answered as they were recorded' : 'are recorded', async () => {
      const { client, place, addresses, door } = open();
      const arrivals = new Arrivals();
      const programs = await startPrograms(addresses, arrivals);
      try {
        const cases = goldenCases(api, place);
        await writeServices(client, place.namespace, addresses, { ...goldenServices, ...ownServices(cases) });
        if (api === 'istio') await write(client, goldenGateway(place));
        for (const { objects } of cases) {
          for (const [index, object] of objects.entries()) {
            // Of two routes the older one counts, and ages are told in whole seconds.
            const second = Math.floor(systemClock.now() / 1000);
            if (index > 0 && object.kind === objects[index - 1]?.kind && object.kind === 'HTTPRoute') await eventually('a second is over', () => Promise.resolve(systemClock.now() / 1000 >= second + 1));
            await write(client, object);
          }
        }
        const through = { ...door, listenerPort: place.port, arrivals };
        const requests = cases.flatMap((each) => each.requests);
        if (process.env['SERIN_RECORD'] === undefined) expect(await untilRecorded(plane, through, requests.filter(({ id }) => BY_CHANCE[plane]?.includes(id) !== true))).toEqual({});
        else recordAnswers(plane, await untilSteady(through, requests));
      } finally {
        for (const program of programs) {
          program.closeAllConnections();
          await new Promise((resolve) => program.close(resolve));
        }
      }
    }, 300_000);
  });
}

/** @returns what is not as it was recorded, when it has had its time */
async function untilRecorded(plane: Plane, door: GoldenDoor, requests: readonly GoldenRequest[]): Promise<Record<string, readonly string[]>> {
  const recorded = goldenAnswers(plane);
  let left = [...requests];
  for (const end = systemClock.monotonic() + PATIENCE_SECONDS * 1000; ; await systemClock.sleep(500)) {
    const answers = await play(door, left);
    const problems = Object.fromEntries(left.map(({ id }) => [id, answerDifferences(recorded[id], answers[id], planes[plane].words)] as const).filter(([, lines]) => lines.length > 0));
    left = left.filter(({ id }) => problems[id] !== undefined);
    if (left.length === 0 || systemClock.monotonic() > end) return problems;
  }
}

/** Plays all until nothing changes any more. */
async function untilSteady(door: GoldenDoor, requests: readonly GoldenRequest[]): Promise<Record<string, GoldenAnswer>> {
  let before: Record<string, GoldenAnswer> = {};
  for (const end = systemClock.monotonic() + 2 * PATIENCE_SECONDS * 1000; ; ) {
    const answers = await play(door, requests);
    const moving = requests.flatMap(({ id }) => answerDifferences(before[id], answers[id], true).map((line) => `${id} ${line}`));
    if (moving.length === 0) return answers;
    if (systemClock.monotonic() > end) throw new Error(`not answered alike twice: ${moving.join('; ')}`);
    before = answers;
    await systemClock.sleep(3_000);
  }
}

async function play(door: GoldenDoor, requests: readonly GoldenRequest[]): Promise<Record<string, GoldenAnswer>> {
  const answers = new Map<string, GoldenAnswer>();
  const left = [...requests];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) answers.set(next.id, await askGolden(door, next).catch((error: unknown) => ({ body: `no answer: ${String(error)}` })));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return Object.fromEntries(requests.flatMap(({ id }) => { const answer = answers.get(id); return answer ? [[id, answer]] : []; }));
}

const addressOf = (addresses: string, program: GoldenProgram): string => `${addresses}.${101 + goldenPrograms.indexOf(program)}`;

async function startPrograms(addresses: string, arrivals: Arrivals): Promise<Server[]> {
  const servers: Server[] = [];
  for (const name of goldenPrograms.filter((each) => each !== 'dead')) {
    const server = createServer({ keepAliveTimeout: 60_000 }, echoProgram(name, arrivals));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(POD_PORT, addressOf(addresses, name), resolve));
    servers.push(server);
  }
  return servers;
}

/** Services whose endpoints are written here, and Pods that give their labels; no scheduler takes them. */
async function writeServices(client: ClusterClient, namespace: string, addresses: string, services: Readonly<Record<string, readonly GoldenProgram[]>>): Promise<void> {
  for (const name of goldenPrograms) {
    const pod = `golden-${name}`;
    await client.apply(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: pod, namespace, labels: { golden: name, version: name } }, spec: { schedulerName: 'nobody', containers: [{ name: 'program', image: 'example/golden', ports: [{ containerPort: POD_PORT }] }] } } as KubernetesObject, { fieldManager: 'test', force: true });
    const conditions = ['Initialized', 'ContainersReady', 'Ready', 'PodScheduled'].map((type) => ({ type, status: 'True' as const }));
    const podIP = addressOf(addresses, name);
    await client.patch(resources.pods, { namespace, name: pod }, { kind: 'merge', body: { status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions } } }, { subresource: 'status' });
  }
  for (const [name, programs] of Object.entries(services)) {
    await write(client, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ name: 'http', port: 80, targetPort: POD_PORT }] } } as KubernetesObject);
    const endpoints = programs.map((program) => ({ addresses: [addressOf(addresses, program)], conditions: { ready: true, serving: true }, targetRef: { kind: 'Pod', name: `golden-${program}`, namespace } }));
    await write(client, { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: `${name}-golden`, namespace, labels: { 'kubernetes.io/service-name': name } }, addressType: 'IPv4', ports: [{ name: 'http', port: POD_PORT, protocol: 'TCP' }], endpoints } as KubernetesObject);
  }
}

const kinds: Readonly<Record<string, Resource<KubernetesObject>>> = Object.fromEntries(
  [resources.services, resources.endpointSlices, resources.gateways, resources.virtualServices, resources.destinationRules, resources.httpRoutes, resources.ingresses].map((resource) => [resource.kind, resource as Resource<KubernetesObject>]),
);

async function write(client: ClusterClient, object: KubernetesObject): Promise<void> {
  const resource = kinds[object.kind ?? ''];
  if (resource === undefined) throw new Error(`cases hold no ${String(object.kind)}`);
  await eventually(`${String(object.kind)} ${object.metadata.name ?? ''} is written`, async () => (await client.apply(resource, object, { fieldManager: 'test', force: true })).metadata.uid, 30);
}
