import { describe, expect, it } from 'vitest';
import { fill, MissingValue, type Filling } from './fill.js';
import { all, any, hole, ifSet, integer, is, not, REST, served, set, string, text, VERSION, when } from './nodes.js';

const filling = (values: object, serves?: (kind: string) => boolean): Filling => ({ values, namespace: 'here', managedBy: 'me', version: '1.2.3', ...(serves ? { serves } : {}) });

describe('filling in', () => {
  it('takes values as they are, and texts with values in them', () => {
    expect(fill({ a: hole('x.y'), b: text('<', string('x.z'), '|', integer('n'), '>'), c: [1, hole('n')] }, filling({ x: { y: [1, { z: 2 }], z: 's' }, n: 8080 }))).toEqual({ a: [1, { z: 2 }], b: '<s|8080>', c: [1, 8080] });
  });

  it('leaves out what is empty where it may be left out', () => {
    const node = { a: ifSet('a'), b: [when(set('b'), 'x'), 'y'], c: when(set('c'), 'set', 'unset') };
    expect(fill(node, filling({ a: {}, b: 0, c: '' }))).toEqual({ b: ['y'], c: 'unset' });
    expect(fill(node, filling({ a: { k: 1 }, b: 1, c: 'v' }))).toEqual({ a: { k: 1 }, b: ['x', 'y'], c: 'set' });
  });

  it('knows conditions', () => {
    const truth = (condition: Parameters<typeof when>[0], serves?: (kind: string) => boolean): unknown => fill(when(condition, true, false), filling({ yes: true, no: [], word: 'auto' }, serves));
    expect([truth(set('yes')), truth(not(set('no'))), truth(all(set('yes'), set('no'))), truth(any(set('no'), is('word', 'auto'))), truth(is('word', 'never'))]).toEqual([true, true, false, true, false]);
    expect([truth(served('g/v/K')), truth(served('g/v/K'), () => false)]).toEqual([true, false]);
  });

  it('adds entries of values to those that are fixed', () => {
    expect(fill({ a: '1', [REST]: hole('labels') }, filling({ labels: { b: '2' } }))).toEqual({ a: '1', b: '2' });
    expect(fill({ a: '1', [REST]: hole('labels') }, filling({}))).toEqual({ a: '1' });
  });

  it('asks for what is required, and falls back where it may', () => {
    const image = text({ source: 'name', as: 'string', required: 'name it' }, ':', { source: 'tag', as: 'string', else: VERSION });
    expect(fill(image, filling({ name: 'n', tag: '' }))).toBe('n:1.2.3');
    expect(() => fill(image, filling({ tag: 'x' }))).toThrow(new MissingValue('name it'));
  });
});
