import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Lanes on a real Kubernetes have a run of their own: make test-kubernetes.
    exclude: ['dist/**', 'node_modules/**', 'test/kubernetes/{lanes,data-planes}/**'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One more than the cores that CI has: tests on a running cluster mostly wait.
    maxWorkers: 3,
    // No module keeps state, so test files may share them: importing all afresh for each file cost a third of the whole time.
    isolate: false,
  },
});
