// Compiles src/ to dist/ and copies the data files that the code reads at run time. The page, dist/dashboard, is Vite's.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';

for (const name of existsSync('dist') ? readdirSync('dist') : []) if (name !== 'dashboard') rmSync(`dist/${name}`, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ['node_modules/tsc-native/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
cpSync('src', 'dist', { recursive: true, filter: (path) => !/(^|\/)testing(\/|$)|conformance/.test(path) && (!path.includes('.') || path.endsWith('.json')) });
if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755);
