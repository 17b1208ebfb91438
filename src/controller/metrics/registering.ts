import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricDefinition } from './definitions.js';

type Shape = { readonly name: string; readonly help: string; readonly labelNames: string[] };
const shapeOf = ({ name, help, labels }: MetricDefinition): Shape => ({ name, help, labelNames: Object.keys(labels) });

/** A metric that only rises. @param collect called before it is read */
export const counter = (registry: Registry, definition: MetricDefinition, collect?: (counter: Counter) => void): Counter =>
  new Counter({
    ...shapeOf(definition),
    registers: [registry],
    ...(collect === undefined ? {} : {
      collect(this: Counter) {
        collect(this);
      },
    }),
  });

/** How long things took, as its definition has the bounds. @param collect called before it is read */
export const histogram = (registry: Registry, definition: MetricDefinition, collect?: (histogram: Histogram) => void): Histogram =>
  new Histogram({
    ...shapeOf(definition),
    buckets: [...(definition.buckets ?? [])],
    registers: [registry],
    ...(collect === undefined ? {} : {
      collect(this: Histogram) {
        collect(this);
      },
    }),
  });

/** A metric that rises and falls. @param collect called before it is read */
export const gauge = (registry: Registry, definition: MetricDefinition, collect?: (gauge: Gauge) => void): Gauge =>
  new Gauge({
    ...shapeOf(definition),
    registers: [registry],
    ...(collect === undefined ? {} : {
      collect(this: Gauge) {
        collect(this);
      },
    }),
  });
