import { api } from './api.js';
import { decisions } from './decisions.js';
import { gateway } from './gateway.js';
import { describeMachine } from './harness/machine.js';
import { Owner } from './harness/owner.js';
import { NotRun, type Subject } from './harness/subject.js';
import { formatTable } from './harness/table.js';
import { memory } from './memory.js';
import { releases } from './releases.js';
import { shares } from './shares.js';

const subjects: readonly Subject[] = [gateway, shares, decisions, api, memory, releases];

const only = (process.env['ONLY'] ?? '').split(/[\s,]+/).filter((name) => name !== '');
const unknown = only.filter((name) => !subjects.some((subject) => subject.name === name));
if (unknown.length > 0) {
  process.stderr.write(`ONLY=${unknown.join(',')}: there are ${subjects.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}

let owner = new Owner();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void owner.end().finally(() => process.exit(130)));

const print = (text: string): void => void process.stdout.write(`${text}\n`);
print(describeMachine());
let broken = 0;
for (const subject of subjects.filter(({ name }) => only.length === 0 || only.includes(name))) {
  print(`\n## ${subject.title} (${subject.name})\n\n${subject.about}\n`);
  owner = new Owner();
  const start = performance.now();
  try {
    print(formatTable(await subject.measure({ owner, note: (text) => void process.stderr.write(`  ${subject.name}: ${text}\n`) })));
  } catch (error) {
    if (error instanceof NotRun) print(`NOT RUN: ${error.message}`);
    else {
      broken++;
      print(`BROKEN: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  } finally {
    await owner.end();
  }
  print(`\nTook ${Math.round((performance.now() - start) / 1000)} s.`);
}
process.exit(broken > 0 ? 1 : 0);
