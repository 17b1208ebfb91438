/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const colours = new Map([...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]));

/** Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const texts = ['ink', 'ink-soft', 'accent', 'ok', 'bad', 'wait', 'hold'].flatMap((name) => ['bg', 'surface', 'raised'].map((under) => [name, under, 4.5] as const));
const washes = ['accent', 'ok', 'bad', 'wait', 'hold'].flatMap((name) => [[name, `${name}-wash`, 4.5], ['ink', `${name}-wash`, 4.5]] as const);
const marks = ['line-strong', 'stable', 'canary', 'focus'].flatMap((name) => ['bg', 'surface'].map((under) => [name, under, 3] as const));

test.each([...texts, ...washes, ...marks, ['accent-ink', 'accent', 4.5], ['bad-ink', 'bad', 4.5], ['accent-strong', 'surface', 4.5], ['accent-ink', 'accent-strong', 4.5]] as const)('%s on %s has a contrast of %s to 1', (name, under, least) => {
  for (const theme of ['light', 'dark'] as const) {
    const [above, below] = [colours.get(name)?.[theme], colours.get(under)?.[theme]];
    if (above === undefined || below === undefined) throw new Error(`tokens.css names no colour ${name} or ${under}`);
    expect(contrast(above, below), theme).toBeGreaterThanOrEqual(least);
  }
});
