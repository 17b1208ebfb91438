import { describe, expect, it } from 'vitest';
import { ControllerMetrics } from '../../controller/metrics/controller-metrics.js';
import { metricDefinitions, type MetricDefinition } from '../../controller/metrics/definitions.js';
import { abortReasons } from '../../model/release.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { alerts } from './alerts.js';
import { dashboard, dashboardExpressions } from './dashboard.js';

const known = new Map(Object.values(metricDefinitions as Readonly<Record<string, MetricDefinition>>).map((each) => [each.name, each]));
const expressions = [...dashboardExpressions(), ...alerts.map(({ expr }) => expr)];

describe('dashboard and alerts', () => {
  it('ask only for metrics that there are, in the form that their type has', () => {
    for (const expression of expressions) {
      for (const [name, base = ''] of expression.matchAll(/\b(serin_\w+?)(?:_(bucket|count))?\b(?=[{[) ]|$)/g)) {
        const metric = known.get(base);
        expect(metric, `${name} in ${expression}`).toBeDefined();
        expect(metric?.type === 'histogram', `${name} in ${expression}`).toBe(name !== base);
      }
    }
    const used = new Set(expressions.flatMap((expression) => [...known.keys()].filter((name) => expression.includes(name))));
    expect([...known.keys()].filter((name) => !used.has(name))).toEqual([]);
  });

  it('ask besides only for what the process of a controller tells of itself', async () => {
    const told = new Set([...(await new ControllerMetrics(new VirtualClock(), '1.2.3').text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    for (const expression of expressions) {
      // What is left are names of metrics, functions with the ( after them, and words between vectors.
      const bare = expression.replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|without|ignoring) \([^)]*\)/g, '');
      const names = [...bare.matchAll(/\b[a-z_]\w*\b(?!\s*\()/g)].map(([name]) => name).filter((name) => !/^(and|or|unless|serin_.*)$/.test(name));
      expect(names.filter((name) => !told.has(name)), expression).toEqual([]);
    }
  });

  it('choose by labels and values that there are', () => {
    for (const expression of expressions) {
      for (const [, base = '', matchers = ''] of expression.matchAll(/\b(serin_\w+?)(?:_bucket|_count)?\{([^}]*)\}/g)) {
        for (const [, label = '', operator = '', value = ''] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
          const values = known.get(base)?.labels[label];
          expect(values, `${label} in ${expression}`).toBeDefined();
          if (Array.isArray(values) && operator === '=') expect(values).toContain(value);
          if (label === 'reason') expect(value.split('|').filter((each) => !(abortReasons as readonly string[]).includes(each))).toEqual([]);
        }
      }
    }
  });

  it('have panels that do not overlap', () => {
    const { panels } = dashboard() as { panels: { gridPos: { x: number; y: number; w: number; h: number } }[] };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`));
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it('say what to do', () => {
    for (const { alert, summary, description } of alerts) expect([alert, summary.endsWith('.'), description.length > 40]).toEqual([alert, true, true]);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });
});
