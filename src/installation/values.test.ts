import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { valuesFile } from './chart/values-file.js';
import { describeValues, readValues, ValuesError } from './values.js';

describe('values', () => {
  it('have defaults for all that is not given', () => {
    const values = readValues({ image: { repository: 'r' }, metrics: { alerts: true } });
    expect(values).toMatchObject({ replicas: 2, image: { repository: 'r', tag: '', pullPolicy: 'IfNotPresent' }, metrics: { port: 8080, alerts: true, dashboard: false }, resources: { limits: { memory: '2Gi' } } });
  });

  it('are merged with the defaults as Helm does it', () => {
    expect(readValues({ resources: { limits: { cpu: 1 } } }).resources).toEqual({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '2Gi', cpu: 1 } });
    expect(readValues({ resources: { limits: null } }).resources).toEqual({ requests: { cpu: '100m', memory: '256Mi' } });
  });

  it('are what the file of the chart says', () => {
    expect(readValues(parse(valuesFile()))).toEqual(readValues({}));
  });

  it.each([
    [{ replica: 3 }, 'replica: there is no such value. Did you mean replicas?'],
    [{ metrics: { prot: 1 } }, 'metrics.prot: there is no such value. Did you mean port?'],
    [{ replicas: 0 }, 'replicas: Invalid value: 0'],
    [{ watchNamespace: 'Shop' }, 'watchNamespace: Invalid value: "Shop"'],
    [{ logLevel: 'loud' }, 'logLevel: Unsupported value: "loud"'],
    ['x', 'values are a map'],
  ])('refuse %j', (given, message) => {
    expect(() => readValues(given)).toThrow(ValuesError);
    expect(() => readValues(given)).toThrow(message);
  });

  it('are all described', () => {
    expect(describeValues().filter(({ description }) => description === '')).toEqual([]);
  });
});
