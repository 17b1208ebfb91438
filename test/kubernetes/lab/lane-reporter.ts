import type { Reporter, TestModule } from 'vitest/node';
import { laneOf, lanes } from './lanes.js';

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
      if (files) console.log(`${name}: ${verdict(files)}`);
      else if (missing.length > 0) {
        console.log(`${name}: NOT RUN: ${missing.join('; ')}`);
        if (process.env['CI'] === 'true') process.exitCode = 1;
      }
    }
  }
}

function verdict(files: readonly TestModule[]): string {
  const tests = files.flatMap((file) => [...file.children.allTests()]);
  const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  const broken = files.some((file) => file.state() === 'failed');
  return `${broken || failed > 0 ? 'FAILED' : 'PASSED'} (${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''})`;
}
