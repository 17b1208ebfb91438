// Compiles the bench, with the code it measures in process, to .cache/bench, and copies the data files that the code reads.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

const out = '.cache/bench';
rmSync(out, { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/tsc-native/bin/tsc', '-p', 'bench/tsconfig.json'], { stdio: 'inherit' });
cpSync('src', `${out}/src`, { recursive: true, filter: (path) => !/(^|\/)(testing|conformance)(\/|$)/.test(path) && (!/\.[a-z]+$/.test(path) || path.endsWith('.json')) });
cpSync('package.json', `${out}/package.json`);
cpSync('examples', `${out}/examples`, { recursive: true });
// Read by the laboratory that `make bench-kubernetes` starts.
cpSync('test/kubernetes/lab/kwok-stages.yaml', `${out}/test/kubernetes/lab/kwok-stages.yaml`);
