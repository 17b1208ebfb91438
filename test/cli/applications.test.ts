import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Application } from '../../src/frontends/kubevela/application.js';
import { componentRevision } from '../../src/frontends/kubevela/revisions.js';
import { Driver, resources } from '../driver/driver.js';
import { serin, type CommandResult } from './driven-shell.js';
import { documents, folder } from './files.js';

const removing: (() => void)[] = [];
afterEach(() => removing.splice(0).forEach((remove) => remove()));

const example = (name: string): string => readFileSync(join(import.meta.dirname, `../../examples/kubevela-bookinfo/${name}.yaml`), 'utf8');

function run(driver: Driver | undefined, command: string, text: string): Promise<CommandResult> {
  const { path, remove } = folder({ 'app.yaml': text });
  removing.push(remove);
  return serin(driver, [command, '-f', 'app.yaml'], { cwd: path });
}
const lint = (text: string): Promise<CommandResult> => run(undefined, 'lint', text);

/** The line on which a text stands, counted from 1. */
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

describe('lint of Applications', () => {
  it.each(['first-deploy', 'rollout-v2', 'rollback'])('lets %s pass', async (name) => {
    expect(await lint(example(name))).toMatchObject({ code: 0, err: '', out: '1 object of Serin checked, no error.\n' });
  });

  it('names the line of a trait that is indented into the list of another one', async () => {
    const text = example('rollback').replace(
      /( {8})# Two Pods, in two batches\.\n {8}- type: rollout\n {10}properties:\n {12}targetSize: 2\n {12}rolloutBatches:\n {14}- replicas: 1\n {14}- replicas: 1\n/,
      '\n            - type: rollout\n              properties:\n                targetSize: 2\n',
    );
    const line = lineOf(text, '- type: rollout');
    const { code, out } = await lint(text);
    expect(code).toBe(1);
    expect(out).toContain(`app.yaml:${line}:13: a list item where a key is expected\n  indent the dash exactly as the other items of its list are\n`);
  });

  it('tells all that is wrong at once, each with its line and column', async () => {
    const text = example('rollout-v2')
      .replace('type: istio-gateway', 'type: istio-gatway')
      .replace('weight: 10', 'weight: 20')
      .replace('targetSize: 2', 'targetSize: 3')
      .replace('type: suspend', 'type: wait')
      .replace('        image: docker.io/istio/examples-bookinfo-ratings', '        images: docker.io/istio/examples-bookinfo-ratings');
    const { code, out, err } = await lint(text);
    expect(code).toBe(1);
    expect(err).toContain('6 problems in app.yaml');
    for (const [part, column, message] of [
      ['rolloutBatches:', 13, 'the batches have 2 Pods together, and targetSize is 3.\n  Let the batches have 3 Pods together'],
      ['type: istio-gatway', 11, 'there is no trait of the type "istio-gatway" here.\n  Did you mean istio-gateway?'],
      ['images: ', 9, 'there is no property "images".\n  Did you mean image?'],
      ['weightedTargets:', 13, 'the weights are 110 together.\n  Let them be 100.'],
      ['type: wait', 9, 'there is no workflow step of the type "wait" here.'],
    ] as const) {
      expect(out).toContain(`app.yaml:${lineOf(text, part)}:${column}: `);
      expect(out).toContain(message);
    }
    expect(out).toContain('spec.components[2].properties.image: is missing.');
  });
});

describe('apply of Applications', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver();
    await driver.start();
  });
  afterEach(() => driver.stop());

  const definition = JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'applications.core.oam.dev' },
    spec: { group: 'core.oam.dev', scope: 'Namespaced', names: { plural: 'applications', kind: 'Application', singular: 'application', listKind: 'ApplicationList' }, versions: [{ name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
  });

  it('knows the revisions on the cluster, and applies nothing where one is weighed that is not there', async () => {
    const text = documents(example('rollout-v2'), definition);
    const refused = await run(driver, 'apply', text);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('there is no revision "reviews-v2" of reviews.\n  There is reviews-v1; what stands here is reviews-v1.');
    expect(refused.err).toContain('nothing was applied: 2 problems in app.yaml.');

    const first = parse(example('first-deploy')) as Application;
    const [reviews] = first.spec.components;
    if (!reviews) throw new Error('no component');
    const { object } = componentRevision(first, reviews, []);
    await driver.run(() => driver.client.create(resources.controllerRevisions, object));
    expect(await run(driver, 'apply', text)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Application default/book-info created') as string });
  });
});
