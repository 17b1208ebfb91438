import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isArgo, lintArgo } from '../../src/cli/manifests/argo.js';
import { withDefaults } from '../../src/cli/manifests/defaults.js';
import { knownKinds } from '../../src/cli/manifests/known-kinds.js';
import { checkPolicyAlone } from '../../src/controller/policy-checks.js';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import type { NotificationChannel } from '../../src/model/notifications/notification-channel.js';
import { formatProblem } from '../../src/model/policy-problem.js';
import { validateKind } from '../../src/model/policy-validation.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION } from '../../src/model/resources.js';
import { checkChannel } from '../../src/notifications/checks/check-channel.js';
import { project } from '../started/started-cluster.js';
import { blocksOf, pages, type Block } from './pages.js';

const LANGUAGES = ['sh', 'yaml', 'json', 'text', 'ts'];
const all = pages.flatMap(blocksOf);
const published = knownKinds();
const named = (blocks: readonly Block[]): [string, Block][] => blocks.map((block) => [`${block.page}:${block.line}`, block]);

/** What a part of a policy is tried in. */
const whole = {
  workload: { deployment: 'web' },
  service: 'web',
  router: { service: {} },
  strategy: { canary: { steps: [{ weight: 50 }] } },
};

test('every block says what it is', () => {
  expect(all.filter(({ language }) => !LANGUAGES.includes(language)).map(({ page, line }) => `${page}:${line}`)).toEqual([]);
});

/** A block with such a mark is a file of the project as it is, whose manifests are tested with the others of its folder. */
const isExample = (mark: string): boolean => mark.startsWith('examples/');

test.each(named(all.filter(({ language, marks, text }) => language === 'yaml' && (!marks.some(isExample) || text.includes(`apiVersion: ${API_VERSION}`)))))('manifest in %s', (_place, { text, marks }) => {
  for (const document of parseAllDocuments(text)) {
    expect(document.errors).toEqual([]);
    const content = document.toJS() as Record<string, unknown>;
    const object = marks.includes('policy')
      ? { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'web', namespace: 'default' }, spec: { ...whole, ...content } }
      : content;
    const { kind } = object as { kind?: string };
    if (isArgo(object as unknown as KubernetesObject)) {
      expect(lintArgo(object as unknown as KubernetesObject, () => undefined, published).map(formatProblem)).toEqual([]);
      continue;
    }
    expect(object).toMatchObject({ apiVersion: API_VERSION, kind: expect.stringMatching(/^(ReleasePolicy|ImagePolicy|(Cluster)?(MetricTemplate|FreezeWindow|NotificationChannel))$/) as string });
    const problems = [...validateKind(kind ?? '', object), ...(kind === 'ReleasePolicy' ? checkPolicyAlone(withDefaults(object as unknown as ReleasePolicy)) : []), ...(kind?.endsWith('NotificationChannel') ? checkChannel(object as unknown as NotificationChannel) : [])];
    expect(problems.map(formatProblem)).toEqual([]);
  }
});

test.each(named(all.filter(({ marks }) => marks.some(isExample))))('example in %s', (_place, { text, marks }) => {
  expect(marks.filter(isExample).map((path) => readFileSync(join(project, path), 'utf8').trimEnd())).toEqual([text]);
});

test.each(named(all.filter(({ language }) => language === 'json')))('JSON in %s', (_place, { text }) => {
  expect(() => JSON.parse(text) as unknown).not.toThrow();
});
