import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from '@marcbachmann/cel-js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { policyConditions, type Standing } from '../../src/model/policy-conditions.js';
import { run } from '../started/run.js';
import { project } from '../started/started-cluster.js';

test('the ConfigMap for Argo CD is made of the scripts beside it', async () => {
  const { code, stderr } = await run(process.execPath, [join(project, 'scripts', 'generate-argocd.mjs'), '--check'], { cwd: project });
  expect([code, stderr]).toEqual([0, '']);
});

interface HealthCheck {
  readonly kind: string;
  readonly current: string;
  readonly failed?: string;
  readonly inProgress?: string;
}

const checks = parse(readFileSync(join(project, 'deploy', 'gitops', 'flux', 'health-checks.yaml'), 'utf8')) as HealthCheck[];

/** In the order in which Flux asks. */
function judge(kind: string, status: object): string {
  const check = checks.find((each) => each.kind === kind);
  const holds = (expression: string | undefined): boolean => expression !== undefined && evaluate(expression, { status }) === true;
  return holds(check?.inProgress) ? 'InProgress' : holds(check?.failed) ? 'Failed' : holds(check?.current) ? 'Current' : 'InProgress';
}

test.each<[Standing, string]>([['rests', 'Current'], ['moving', 'InProgress'], ['stuck', 'Failed']])('to Flux a policy that %s is %s', (standing, expected) => {
  expect(judge('ReleasePolicy', { conditions: policyConditions({ phase: 'Holding' }, standing, 0) })).toBe(expected);
  expect(judge('ReleasePolicy', {})).toBe('InProgress');
});
