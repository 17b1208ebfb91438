// Prints the closing line of a test run, from vitest's JSON report.
import { readFileSync } from 'node:fs';

const [file = ''] = process.argv.slice(2);
const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = JSON.parse(readFileSync(file, 'utf8'));
const skipped = numPendingTests + numTodoTests;
console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
// A skipped test must not read as passed where everything is there to run it.
if (skipped > 0 && process.env.CI === 'true') process.exitCode = 1;
