import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { installationObjects } from '../../src/installation/objects.js';
import { yamlText } from '../../src/installation/template/yaml-text.js';
import { readValues } from '../../src/installation/values.js';
import { alertCases, type ExpectedAlert } from './alert-cases.js';
import { checkRules, hasPromtool, testRules, type FiringThen } from './promtool.js';
import { EVERY, scrapeMinutes, scrapesOf, type Play } from './stage.js';

if (!hasPromtool) console.warn('NOT RUN: alerts, evaluated as Prometheus does it: there is no promtool; see scripts/install-tools.sh.');

interface RulesFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly labels: Readonly<Record<string, string>>; readonly annotations: { readonly description: string } }[] }[];
}

const shipped = (path: string): string => readFileSync(new URL(`../../charts/serin/${path}`, import.meta.url), 'utf8');
/** What is loaded as it is. */
const RULES = shipped('alerts/serin.yaml');
const rules = (parse(RULES) as RulesFile).groups.flatMap((group) => group.rules);
/** What the Prometheus operator makes a rules file of. */
function ruleObject(): unknown {
  const values = readValues({ image: { repository: 'registry.example.com/serin' }, metrics: { alerts: true } });
  const objects = installationObjects({ values, namespace: 'serin-system', managedBy: 'serin', version: '0.0.0' }).map(({ object }) => object);
  return objects.find(({ kind }) => kind === 'PrometheusRule');
}

/** Every alert at this minute: those of one name that fire, and no other one. */
const firingAt = (minute: number, name?: string, expected: readonly ExpectedAlert[] = []): FiringThen[] =>
  rules.map(({ alert, annotations: { description } }) => ({
    eval_time: `${minute * 60}s`, alertname: alert,
    exp_alerts: alert !== name ? [] : expected.map(({ labels, summary }) => ({ exp_labels: { severity: alertCases[name]?.severity ?? '', ...labels }, exp_annotations: { summary, description } })),
  }));

/** Plays it and has the shipped rules evaluated. @param firing what is expected at the last minute; nothing is before */
async function evaluated(play: Play, minutes: number, firing = firingAt(minutes)): Promise<void> {
  const before = scrapeMinutes(minutes).slice(0, -1).flatMap((minute) => firingAt(minute));
  const { code, stdout, stderr } = await testRules(RULES, { every: EVERY, series: await scrapesOf(play, minutes), firing: [...before, ...firing] });
  expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('SUCCESS')]);
}

it('has cases for each alert that is shipped: when it fires, and when it does not', () => {
  expect(Object.keys(alertCases).sort()).toEqual(rules.map(({ alert }) => alert).sort());
  expect(Object.entries(alertCases).filter(([, { fires, silent }]) => fires.length === 0 || silent.length === 0)).toEqual([]);
});

it('installs the alerts of the rules file', () => {
  expect(ruleObject()).toMatchObject({ spec: parse(RULES) as object });
});

describe.skipIf(!hasPromtool)('alerts, evaluated as Prometheus does it', () => {
  it('are a rules file that it takes', async () => {
    expect(await checkRules(RULES)).toEqual({ code: 0, stderr: '', stdout: expect.stringContaining(`SUCCESS: ${rules.length} rules found`) });
  });

  it('stand beside a dashboard whose queries it takes', async () => {
    const { panels } = JSON.parse(shipped('dashboards/serin.json')) as { readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[] };
    // Grafana puts a duration there.
    const queries = panels.flatMap(({ targets }) => targets).map(({ expr }) => expr.replaceAll('$__rate_interval', '2m'));
    const records = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
    expect(await checkRules(yamlText({ groups: [{ name: 'dashboard', rules: records }] }))).toEqual({ code: 0, stderr: '', stdout: expect.stringContaining(`SUCCESS: ${queries.length} rules found`) });
  });

  it('are silent while nothing is wrong', () => evaluated(() => undefined, 120));

  describe.each(Object.entries(alertCases))('%s', (alert, { fires, silent }) => {
    it.each(fires.map((each) => [each.when, each] as const))('fires when %s, not sooner, and alone', (_when, { play, minute, alerts }) => evaluated(play, minute, firingAt(minute, alert, alerts)));

    it.each(silent.map((each) => [each.when, each] as const))('does not fire when %s, nor does another one', (_when, { play, minutes }) => evaluated(play, minutes));
  });
});
