import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LaneReporter } from './lab/lane-reporter.js';
import { Order } from '../order.js';
import { lanes } from './lab/lanes.js';

/** Tests on a real Kubernetes (`make test-kubernetes`). Lanes that cannot run here are left out and named at the end. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: process.env['SERIN_RECORD'] === '1' ? ['test/kubernetes/recordings/*.test.ts'] : lanes().filter(({ missing }) => missing.length === 0).flatMap(({ include }) => include),
    globalSetup: ['test/kubernetes/lab/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    reporters: ['default', new LaneReporter(), ['json', { outputFile: process.env['SERIN_LAB_RESULTS'] ?? '.cache/results/test-kubernetes.json' }]],
    passWithNoTests: true,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // What they share is read once in each process.
    isolate: false,
    maxWorkers: 5,
    sequence: { sequencer: Order },
    // They wait most of the time.
    maxConcurrency: 40,
  },
});
