import { formatShare } from '../output/quantities.js';
import type { Column } from '../output/table.js';
import { formatAge } from '../output/times.js';

/** A policy as a row of a table; undefined is what whoever was asked does not tell of any. */
export interface PolicyRow {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  readonly phase: string;
  readonly stable: string;
  readonly release: string;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
  readonly strategy: string;
  readonly router: string | undefined;
  readonly images: string | undefined;
  readonly message: string;
}

/** A release as a row of a table; undefined as for policies. */
export interface ReleaseRow {
  readonly namespace: string;
  readonly name: string;
  readonly policy: string;
  readonly phase: string;
  readonly step: string;
  /** The canary's accepted share, per mille. */
  readonly share: number | undefined;
  readonly reason: string;
  readonly since: string | undefined;
  readonly stable: string;
  readonly canary: string;
  readonly strategy: string;
  readonly router: string | undefined;
  readonly stableImages: string;
  readonly canaryImages: string;
  readonly message: string;
}

export interface TableOptions {
  /** Whether rows are of several namespaces. */
  readonly namespaces: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The columns of policies, without those of which nothing is known. */
export function policyColumns(rows: readonly PolicyRow[], { namespaces, now }: TableOptions): Column<PolicyRow>[] {
  return [
    ...namespaceColumn<PolicyRow>(namespaces),
    { title: 'NAME', text: ({ name }) => name },
    { title: 'WORKLOAD', text: ({ workload }) => workload },
    { title: 'PHASE', text: ({ phase }) => phase },
    { title: 'STABLE', text: ({ stable }) => stable },
    { title: 'RELEASE', text: ({ release }) => release },
    ...known(rows, 'createdAt', { title: 'AGE', text: ({ createdAt }) => formatAge(createdAt, now) }),
    { title: 'STRATEGY', text: ({ strategy }) => strategy, wide: true },
    ...known(rows, 'router', { title: 'ROUTER', text: ({ router = '' }) => router, wide: true }),
    ...known(rows, 'images', { title: 'IMAGES', text: ({ images = '' }) => images, wide: true }),
    { title: 'MESSAGE', text: ({ message }) => message, wide: true },
  ];
}

/** The columns of releases, without those of which nothing is known. */
export function releaseColumns(rows: readonly ReleaseRow[], { namespaces, now }: TableOptions): Column<ReleaseRow>[] {
  return [
    ...namespaceColumn<ReleaseRow>(namespaces),
    { title: 'NAME', text: ({ name }) => name },
    { title: 'POLICY', text: ({ policy }) => policy },
    { title: 'PHASE', text: ({ phase }) => phase },
    { title: 'STEP', text: ({ step }) => step },
    { title: 'SHARE', text: ({ share }) => formatShare(share) },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'AGE', text: ({ since }) => formatAge(since, now) },
    { title: 'STABLE', text: ({ stable }) => stable, wide: true },
    { title: 'CANARY', text: ({ canary }) => canary, wide: true },
    { title: 'STRATEGY', text: ({ strategy }) => strategy, wide: true },
    ...known(rows, 'router', { title: 'ROUTER', text: ({ router = '' }) => router, wide: true }),
    { title: 'STABLE IMAGES', text: ({ stableImages }) => stableImages, wide: true },
    { title: 'CANARY IMAGES', text: ({ canaryImages }) => canaryImages, wide: true },
    { title: 'MESSAGE', text: ({ message }) => message, wide: true },
  ];
}

const namespaceColumn = <Row extends { readonly namespace: string }>(shown: boolean): Column<Row>[] => (shown ? [{ title: 'NAMESPACE', text: ({ namespace }) => namespace }] : []);

const known = <Row>(rows: readonly Row[], field: keyof Row, column: Column<Row>): Column<Row>[] => (rows.some((row) => row[field] !== undefined) ? [column] : []);
