// Runs once more, alone, the test files that failed in the run of a make target, for CI: on a busy machine a test may lose
// a race that it wins elsewhere. It is named as FLAKY, which is a bug of the test or of Serin; what fails again fails CI.
//
//   node scripts/rerun-failed.mjs TARGET...    one of which has failed
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** More than this is no race. */
const MOST_FILES = 5;

const targets = process.argv.slice(2);
process.exitCode = targets.map(rerun).every(Boolean) ? 0 : 1;

/** @returns whether all of a target's tests have passed, at the second time at the latest */
function rerun(target) {
  const path = `.cache/results/${target}.json`;
  if (!existsSync(path)) return fails(`${target} did not come to its tests.`);
  const { success, testResults } = JSON.parse(readFileSync(path, 'utf8'));
  if (success) return targets.length > 1 || fails(`${target}: all its tests passed, so it failed for another reason.`);
  const failed = testResults.filter(({ status }) => status === 'failed');
  if (failed.length === 0 || failed.length > MOST_FILES) return fails(`${target}: ${failed.length} files failed.`);
  const files = failed.map(({ name }) => relative(process.cwd(), name));
  console.log(`\nOnce more, alone: ${files.join(' ')}`);
  const { status: again } = spawnSync('make', ['--no-print-directory', target, `FILES=${files.join(' ')}`, 'AGAIN=again-'], { stdio: 'inherit', env: { ...process.env, SERIN_LAB_RESULTS: '.cache/results/again-test-kubernetes.json' } });
  const names = failed.flatMap(({ name, assertionResults }) => {
    const tests = assertionResults.filter((each) => each.status === 'failed').map(({ fullName }) => fullName);
    return (tests.length > 0 ? tests : ['its setup']).map((test) => `${relative(process.cwd(), name)}: ${test}`);
  });
  if (again !== 0) return fails(`${target}: failed twice.`);
  for (const name of names) console.log(`FLAKY: ${name}`);
  return true;
}

function fails(why) {
  console.error(`FAILED: ${why}`);
  return false;
}
