import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samplesOf } from './prometheus-text.js';

describe('Prometheus text', () => {
  it('gives the samples of one metric with their labels, and passes over the rest', () => {
    const text = [
      '# TYPE istio_requests_total counter',
      'istio_requests_total{reporter="destination",response_code="200"} 41',
      'istio_requests_total_other{reporter="destination"} 7',
      'istio_requests_total 1e3 1700000000000',
      'istio_requests_total{broken',
      'up 1',
      '',
    ].join('\n');
    expect(samplesOf(text, 'istio_requests_total')).toEqual([
      { name: 'istio_requests_total', labels: { reporter: 'destination', response_code: '200' }, value: 41 },
      { name: 'istio_requests_total', labels: {}, value: 1000 },
    ]);
  });

  it('reads every label value back, whatever is in it', () => {
    const escaped = (value: string): string => value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.string(), { noNullPrototype: true }), fc.integer(), (labels, value) => {
        const inside = Object.entries(labels).map(([name, each]) => `${name}="${escaped(each)}"`).join(',');
        expect(samplesOf(`requests{${inside}} ${value}`, 'requests')).toEqual([{ name: 'requests', labels, value }]);
      }),
    );
  });
});
