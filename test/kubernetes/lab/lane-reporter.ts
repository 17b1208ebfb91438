import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { laneOf, lanes } from './lanes.js';
import { project } from './project.js';
import { isFirst } from './rounds.js';

/** What became of each lane when it ran last, for scripts/acceptance.mjs. */
const RESULTS = join(project, '.cache', 'lab', 'results');

/** Says in the last lines what became of each lane; with CI=true a lane that did not run is a failure. */
export class LaneReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = new Map<string, TestModule[]>();
    for (const module of modules) {
      const lane = laneOf(module.moduleId);
      if (lane !== undefined) ran.set(lane, [...(ran.get(lane) ?? []), module]);
    }
    for (const { name, missing } of lanes()) {
      const files = ran.get(name);
      if (files) {
        console.log(`${name}: ${verdict(files)}`);
        record(name, files);
      } else if (missing.length > 0) {
        console.log(`${name}: NOT RUN: ${missing.join('; ')}`);
        if (process.env['CI'] === 'true') process.exitCode = 1;
      }
    }
  }
}

/** Writes a report as vitest does in JSON, as far as it is read. What was left out (`-t`) is not in it: it counts as not run. */
function record(lane: string, files: readonly TestModule[]): void {
  const assertionsOf = (file: TestModule): object[] => [...file.children.allTests()].filter((test) => test.result().state !== 'skipped').map((test) => ({ title: test.name, fullName: test.fullName, status: test.result().state }));
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${lane}${isFirst ? '' : '-rest'}.json`), JSON.stringify({ testResults: files.map((file) => ({ name: file.moduleId, assertionResults: assertionsOf(file) })) }));
}

function verdict(files: readonly TestModule[]): string {
  const tests = files.flatMap((file) => [...file.children.allTests()]);
  const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  const broken = files.some((file) => file.state() === 'failed');
  return `${broken || failed > 0 ? 'FAILED' : 'PASSED'} (${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''})`;
}
