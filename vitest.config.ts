import { defineConfig } from 'vitest/config';
import { Order } from './test/order.js';

/** They take minutes, and have a run of their own: make test-long. */
const long = process.env['SERIN_LONG'] === undefined ? ['test/scenarios/{argo-analysis,argo-nginx,calibrating,load-matrix,versions-subsets}.test.ts'] : [];

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'dashboard/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Lanes on a real Kubernetes have a run of their own: make test-kubernetes.
    exclude: ['dist/**', 'node_modules/**', 'test/kubernetes/{lanes,data-planes,recordings}/**', ...long],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Twice the cores that CI has: tests on a running cluster mostly wait.
    maxWorkers: 4,
    sequence: { sequencer: Order },
    // No module keeps state, so test files may share them: importing all afresh for each file cost a third of the whole time.
    isolate: false,
  },
});
