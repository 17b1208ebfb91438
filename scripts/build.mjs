// Compiles src/ to dist/ and copies the data files that the code reads at run time.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ['node_modules/tsc-native/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
cpSync('src', 'dist', { recursive: true, filter: (path) => !/(^|\/)testing(\/|$)|conformance/.test(path) && (!path.includes('.') || path.endsWith('.json')) });
if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755);
