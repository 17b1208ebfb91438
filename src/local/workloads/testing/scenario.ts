import { readFileSync } from 'node:fs';

/** A request of a scenario; `$…` words stand for names and uids that each run gives anew. */
export interface RequestStep {
  readonly at: number;
  readonly do: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly status: number;
  readonly message?: string;
}

export interface DeploymentState {
  readonly name: string;
  readonly replicas: number;
  readonly paused?: boolean;
  readonly status: Readonly<Record<string, number>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ReplicaSetState {
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  readonly owners: readonly string[];
  readonly status: Readonly<Record<string, number>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What all objects looked like at one moment. */
export interface StateStep {
  readonly at: number;
  readonly state: string;
  readonly deployments: readonly DeploymentState[];
  readonly replicaSets: readonly ReplicaSetState[];
  /** Pods by their owners. */
  readonly pods: Readonly<Record<string, number>>;
}

export interface OtherStep {
  readonly at: number;
  readonly waitedFor?: string;
  readonly answer?: unknown;
}

export type Step = RequestStep | StateStep | OtherStep;

/** One change of what an object asks for or who owns it. */
export interface ObjectChange {
  readonly object: string;
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly owners?: readonly string[];
  readonly deleting?: boolean;
  readonly deleted?: boolean;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a real 1.36.2 API server with its controllers did. Times are milliseconds since the start. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly ended: number;
  readonly steps: readonly Step[];
  readonly changes: readonly ObjectChange[];
  /** Conditions at the end, by object. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
  /** Status and reason of the condition Progressing, each time it changed. */
  readonly progress: Readonly<Record<string, readonly string[]>>;
  /** The first Pod that was deleted, where it does not depend on chance which. */
  readonly firstDeleted?: string;
}

/** The scenarios that were recorded. */
export function readScenarios(): Scenario[] {
  return JSON.parse(readFileSync(new URL('scenarios.json', import.meta.url), 'utf8')) as Scenario[];
}
