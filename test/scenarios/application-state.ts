import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Application } from '../../src/frontends/kubevela/application.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { DestinationRule, VirtualService } from '../../src/kubernetes/generated/istio-v1.js';

export const EXAMPLE = join(import.meta.dirname, '../../examples/kubevela-bookinfo');
/** Local programs in the place of the images. */
export const IMAGES = join(EXAMPLE, 'images.json');

/** The Application in a file of the example. */
export const manifest = (file: string): Application => parse(readFileSync(join(EXAMPLE, file), 'utf8')) as Application;

/** What the parts of the story are told by: sizes, routes and subsets of reviews, and how far the workflow is. */
export interface ApplicationState {
  readonly phase: string | undefined;
  readonly steps: Readonly<Record<string, string | undefined>>;
  readonly replicas: Readonly<Record<string, number>>;
  readonly routes: unknown;
  readonly subsets: unknown;
}

/** @param component whose Deployments are told */
export function stateOf(component: string, found: { app: Application | undefined; deployments: readonly Deployment[]; virtualService: VirtualService | undefined; destinationRule: DestinationRule | undefined }): ApplicationState {
  const mine = found.deployments.filter(({ metadata }) => metadata.labels?.['app.oam.dev/component'] === component && metadata.deletionTimestamp === undefined);
  return {
    phase: found.app?.status?.status,
    steps: Object.fromEntries((found.app?.status?.workflow?.steps ?? []).map(({ name, phase }) => [name ?? '', phase])),
    replicas: Object.fromEntries(mine.map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1])),
    routes: found.virtualService?.spec.http,
    subsets: found.destinationRule?.spec.subsets?.map(({ name, labels }) => ({ name, labels })),
  };
}

/** What of a state is told of by another one, so that nothing more and nothing less is to be there. */
export const comparable = (seen: ApplicationState, wanted: Partial<ApplicationState>): Partial<ApplicationState> =>
  Object.fromEntries(Object.entries(seen).filter(([name]) => name in wanted));

const route = (...shares: [revision: string, weight: number][]): unknown => [{ route: shares.map(([subset, weight]) => ({ destination: { host: 'reviews', subset }, weight })) }];
const subsets = (...revisions: string[]): unknown => revisions.map((name) => ({ name, labels: { 'app.oam.dev/revision': name } }));
const firstStep = { 'rollout-1st-batch': 'succeeded' };

/** What is to be seen after each part of the bookinfo story. */
export const states = {
  deployed: {
    phase: 'running',
    replicas: { 'reviews-v1': 2 },
    routes: [{ route: [{ destination: { host: 'reviews', port: { number: 9080 } } }] }],
    subsets: subsets('reviews-v1'),
  },
  suspended: {
    phase: 'workflowSuspending',
    steps: { ...firstStep, 'manual-approval': 'suspending' },
    replicas: { 'reviews-v1': 1, 'reviews-v2': 1 },
    routes: route(['reviews-v1', 90], ['reviews-v2', 10]),
    subsets: subsets('reviews-v1', 'reviews-v2'),
  },
  resumed: {
    phase: 'running',
    steps: { ...firstStep, 'manual-approval': 'succeeded', 'rollout-rest': 'succeeded' },
    replicas: { 'reviews-v2': 2 },
    routes: route(['reviews-v2', 100]),
    subsets: subsets('reviews-v2'),
  },
  rolledBack: {
    phase: 'running',
    steps: { rollback: 'succeeded' },
    replicas: { 'reviews-v1': 2 },
    routes: route(['reviews-v1', 100]),
    subsets: subsets('reviews-v1'),
  },
} satisfies Record<string, Partial<ApplicationState>>;
