import { availableParallelism } from 'node:os';
import { describeMachine, usedProcessorSeconds } from './machine.js';
import { Owner } from './owner.js';
import { NotRun, type Subject } from './subject.js';
import { formatTable, type Table } from './table.js';

/** More than this part of the machine in others' hands makes a number a guess. */
const DISTURBED = 0.1;

/**
 * Measures those subjects that ONLY names, or all, one after the other, and prints their tables; then ends the process.
 * @param childrenEnd whether all that a subject starts are children that end with it, so that it can be told how much others used meanwhile
 */
export async function runSubjects(subjects: readonly Subject[], { childrenEnd = false } = {}): Promise<never> {
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
    const before = usedProcessorSeconds();
    try {
      const measured = await subject.measure({ owner, note: (text) => void process.stderr.write(`  ${subject.name}: ${text}\n`) });
      print(tablesOf(measured).map(formatTable).join('\n\n'));
    } catch (error) {
      if (error instanceof NotRun) print(`NOT RUN: ${error.message}`);
      else {
        broken++;
        print(`BROKEN: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    } finally {
      await owner.end();
    }
    const seconds = (performance.now() - start) / 1000;
    print(`\nTook ${Math.round(seconds)} s.${childrenEnd ? othersUse(before, seconds) : ''}`);
  }
  process.exit(broken > 0 ? 1 : 0);
}

const tablesOf = (measured: Table | readonly Table[]): readonly Table[] => ('rows' in measured ? [measured] : measured);

/** How much of the machine others had while a subject was measured. */
function othersUse(before: { all: number; own: number }, seconds: number): string {
  const now = usedProcessorSeconds();
  const processors = (now.all - before.all - (now.own - before.own)) / seconds;
  const part = Math.max(0, processors / availableParallelism());
  return ` Others used ${(part * 100).toFixed(0)} % of the processors meanwhile${part > DISTURBED ? ': MEASURED UNDER LOAD, times are too long' : ''}.`;
}
