import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type Ended } from '../started/run.js';
import type { InputSeries } from './recorded-series.js';

/** Whether this machine has the real one, which comes with Prometheus; see scripts/install-tools.sh. */
export const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** Which alerts of one name fire at a time; as promtool takes it. */
export interface FiringThen {
  /** Such as 90s. */
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>>; readonly exp_annotations: Readonly<Record<string, string>> }[];
}

/** Has a rules file read, with every doubt an error. @param rules its text */
export const checkRules = (rules: string): Promise<Ended> => withFiles({ 'rules.yaml': rules }, (folder) => run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', join(folder, 'rules.yaml')]));

/** Has the rules evaluated over these series. @param rules the text of a rules file @param every seconds between samples, and between evaluations */
export function testRules(rules: string, { every, series, firing }: { readonly every: number; readonly series: readonly InputSeries[]; readonly firing: readonly FiringThen[] }): Promise<Ended> {
  const test = { rule_files: ['rules.yaml'], evaluation_interval: `${every}s`, tests: [{ interval: `${every}s`, input_series: series, alert_rule_test: firing }] };
  // JSON is YAML.
  return withFiles({ 'rules.yaml': rules, 'test.yaml': JSON.stringify(test) }, (folder) => run('promtool', ['test', 'rules', join(folder, 'test.yaml')]));
}

async function withFiles<T>(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'serin-promtool-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
