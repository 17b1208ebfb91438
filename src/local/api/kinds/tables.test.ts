import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, UnknownObject } from '../../../kubernetes/objects.js';
import { humanDuration } from './duration.js';
import type { Kind } from './kind.js';
import { builtinKinds } from './registry.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const kinds = builtinKinds();
const recorded = JSON.parse(readFileSync(new URL('./testing/recorded-cases.json', import.meta.url), 'utf8')) as { case: string; answer?: KubernetesObject }[];

function kindNamed(name: string): Kind {
  const kind = kinds.find(({ resource }) => resource.kind === name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function cells(object: KubernetesObject): unknown[] {
  return kindNamed(object.kind).columns.map((column) => column.cell(object, NOW));
}

function answer(id: string): KubernetesObject {
  const found = recorded.find((each) => each.case === id)?.answer;
  if (found === undefined) throw new Error(`no recorded answer ${id}`);
  return { ...found, metadata: { ...found.metadata, creationTimestamp: '2026-01-01T00:59:58Z' } };
}

describe('tables have the columns of a real server', () => {
  it.each([
    ['Pod', 'Name,Ready,Status,Restarts,Age,IP*,Node*,Nominated Node*,Readiness Gates*'],
    ['Service', 'Name,Type,Cluster-IP,External-IP,Port(s),Age,Selector*'],
    ['EndpointSlice', 'Name,AddressType,Ports,Endpoints,Age'],
    ['Deployment', 'Name,Ready,Up-to-date,Available,Age,Containers*,Images*,Selector*'],
    ['ReplicaSet', 'Name,Desired,Current,Ready,Age,Containers*,Images*,Selector*'],
    ['Job', 'Name,Status,Completions,Duration,Age,Containers*,Images*,Selector*'],
    ['Namespace', 'Name,Status,Age'],
    ['Event', 'Last Seen,Type,Reason,Object,Subobject*,Source*,Message,First Seen*,Count*,Name*'],
    ['Node', 'Name,Status,Roles,Age,Version,Internal-IP*,External-IP*,OS-Image*,Kernel-Version*,Container-Runtime*'],
    ['CronJob', 'Name,Schedule,Timezone,Suspend,Active,Last Schedule,Age,Containers*,Images*,Selector*'],
    ['RoleBinding', 'Name,Role,Age,Users*,Groups*,ServiceAccounts*'],
    ['ClusterRole', 'Name,Created At'],
  ])('%s', (name, columns) => {
    expect(kindNamed(name).columns.map(({ name: column, priority }) => `${column}${'*'.repeat(priority)}`).join(',')).toBe(columns);
  });
});

describe('cells', () => {
  const ip = expect.stringMatching(/^10\.96\./) as string;

  it('of Services are as recorded', () => {
    expect(cells(answer('A088'))).toEqual(['1a', 'ClusterIP', ip, '<none>', '80/TCP', '2s', '<none>']);
    expect(cells(answer('A098'))).toEqual(['en', 'ExternalName', '<none>', 'example.org', '<none>', '2s', '<none>']);
    expect(cells(answer('A089'))).toEqual(['h', 'ClusterIP', 'None', '<none>', '80/TCP', '2s', 'app=h']);
    expect(cells(answer('A099'))).toEqual(['lb', 'LoadBalancer', ip, '<pending>', '80:30399/TCP', '2s', '<none>']);
  });

  it('of workloads are as recorded', () => {
    expect(cells(answer('A126'))).toEqual(['d', '0/1', 0, 0, '2s', 'web', 'web:v1', 'app=d']);
    expect(cells(answer('A152'))).toEqual(['r', 0, 0, 0, '2s', 'web', 'web:v1', 'app=r']);
    expect(cells(answer('A162'))).toEqual(['p', '0/1', 'Pending', '0', '2s', '<none>', '<none>', '<none>', '<none>']);
    expect(cells(answer('A189')).slice(0, 4)).toEqual(['j', 'Complete', '1/1', '5s']);
    expect(cells(answer('A105')).slice(1, 4)).toEqual(['IPv4', '80', '10.1.2.3']);
  });

  const running = (status: Pod['status'], metadata: Partial<Pod['metadata']> = {}): unknown[] => {
    const pod: UnknownObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'team', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
      spec: { containers: [{ name: 'a', image: 'a' }, { name: 'b', image: 'b' }] },
      status,
    };
    return cells(pod).slice(1, 5);
  };
  const container = (name: string, state: object, extra: object = {}): never =>
    ({ name, image: name, imageID: '', ready: false, restartCount: 0, state, ...extra }) as never;

  it('of Pods name what keeps them from being ready', () => {
    const up = container('a', { running: {} }, { ready: true });
    expect(running({ phase: 'Running', containerStatuses: [up, container('b', { running: {} }, { ready: true })] })).toEqual(['2/2', 'Running', '0', '60m']);
    const ended = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:58:00Z' } };
    const crashed = container('b', { waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3, lastState: ended });
    expect(running({ phase: 'Running', containerStatuses: [up, crashed] })).toEqual(['1/2', 'CrashLoopBackOff', '3 (2m ago)', '60m']);
    expect(running({ phase: 'Running', containerStatuses: [up] }, { deletionTimestamp: '2026-01-01T00:59:59Z' })[1]).toBe('Terminating');
    expect(running({ phase: 'Pending', reason: 'ErrImagePull' })[1]).toBe('ErrImagePull');
    expect(running({ phase: 'Failed', containerStatuses: [container('a', { terminated: { exitCode: 3 } })] })[1]).toBe('ExitCode:3');
    const init = [container('i', { terminated: { exitCode: 2, reason: 'Error' } }, { restartCount: 1 })];
    expect(running({ phase: 'Pending', initContainerStatuses: init })).toEqual(['0/2', 'Init:Error', '1', '60m']);
  });

  it('write spans as kubectl does', () => {
    const spans = { 0: '0s', 119: '119s', 120: '2m', 150: '2m30s', 660: '11m', 10800: '3h', 11100: '3h5m', 36000: '10h', 180000: '2d2h', 864000: '10d' };
    for (const [seconds, text] of Object.entries(spans)) expect(humanDuration(Number(seconds) * 1000)).toBe(text);
  });
});
