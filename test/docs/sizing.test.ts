import { describe, expect, it } from 'vitest';
import { quantityAsNumber } from '../../src/kubernetes/quantity.js';
import { readValues } from '../../src/installation/values.js';
import { textOf } from './pages.js';

/** MiB that the controller took at most, as measured: after a restart, and with releases. */
const measured = [...textOf('docs/measurements.md').matchAll(/^\| (?:peak RSS: Serin|restart: peak RSS) .*$/gm)].flatMap(([row]) => [...row.matchAll(/([\d,]+) MiB/g)].map(([, count = '']) => Number(count.replace(',', ''))));

describe('the memory of an installation', () => {
  it('is on the page as it was measured', () => {
    expect(measured).toHaveLength(3);
    for (const each of measured) expect(textOf('docs/install.md')).toContain(`| ${each} MiB |`);
  });

  it('may be twice as much, because the heap gets half of the limit', () => {
    const { limits } = readValues({}).resources as { limits: { memory: string } };
    expect(quantityAsNumber(limits.memory) / 2 ** 20).toBeGreaterThanOrEqual(2 * Math.max(...measured));
  });
});
