import { type CharSet, type Node, parsePattern, PatternError } from './syntax.js';

export { PatternError } from './syntax.js';

/** A regular expression in RE2's syntax that takes time linear in the subject, whatever the pattern. */
export interface Pattern {
  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean;
  /** The first match, leftmost and by preference of the pattern, from a position on; positions in UTF-16 units. */
  find(text: string, from?: number): { readonly start: number; readonly end: number } | undefined;
}

type Instruction =
  | { readonly op: 'match' }
  | { readonly op: 'set'; readonly set: CharSet }
  | { readonly op: 'assert'; readonly what: (Node & { kind: 'assert' })['what'] }
  | { readonly op: 'jump'; to: number }
  /** Tries `first` before `second`. */
  | { readonly op: 'split'; first: number; second: number };

const MOST_INSTRUCTIONS = 20_000;

/**
 * Compiles a pattern to a small machine that is run on all its paths at once (no backtracking).
 * @throws PatternError for what is no RE2 syntax, for `\p`, and when the machine would be too large
 */
export function compilePattern(pattern: string): Pattern {
  const program: Instruction[] = [];
  emit(program, parsePattern(pattern));
  push(program, { op: 'match' });
  return {
    test: (text) => run(program, text, 0, true) !== undefined,
    find: (text, from = 0) => run(program, text, from, false),
  };
}

function push(program: Instruction[], instruction: Instruction): number {
  if (program.length >= MOST_INSTRUCTIONS) throw new PatternError('expression too large');
  return program.push(instruction) - 1;
}

function emit(program: Instruction[], node: Node): void {
  switch (node.kind) {
    case 'empty':
      return;
    case 'set':
      push(program, { op: 'set', set: node.set });
      return;
    case 'assert':
      push(program, { op: 'assert', what: node.what });
      return;
    case 'sequence':
      for (const item of node.items) emit(program, item);
      return;
    case 'choice':
      emitChoice(program, node.items);
      return;
    case 'repeat':
      for (let count = 0; count < node.least; count++) emit(program, node.item);
      if (node.most === Infinity) emitLoop(program, node.item, node.lazy);
      else emitOptional(program, node.item, node.most - node.least, node.lazy);
  }
}

function emitChoice(program: Instruction[], items: readonly Node[]): void {
  const jumps: { op: 'jump'; to: number }[] = [];
  items.forEach((item, index) => {
    if (index === items.length - 1) return emit(program, item);
    const split = { op: 'split' as const, first: program.length + 1, second: 0 };
    push(program, split);
    emit(program, item);
    const jump = { op: 'jump' as const, to: 0 };
    push(program, jump);
    jumps.push(jump);
    split.second = program.length;
  });
  for (const jump of jumps) jump.to = program.length;
}

function emitLoop(program: Instruction[], item: Node, lazy: boolean): void {
  const split = { op: 'split' as const, first: 0, second: 0 };
  const start = push(program, split);
  emit(program, item);
  push(program, { op: 'jump', to: start });
  Object.assign(split, lazy ? { first: program.length, second: start + 1 } : { first: start + 1, second: program.length });
}

function emitOptional(program: Instruction[], item: Node, times: number, lazy: boolean): void {
  const splits: { first: number; second: number }[] = [];
  const bodies: number[] = [];
  for (let count = 0; count < times; count++) {
    const split = { op: 'split' as const, first: 0, second: 0 };
    splits.push(split);
    bodies.push(push(program, split) + 1);
    emit(program, item);
  }
  splits.forEach((split, index) => {
    const body = bodies[index] ?? program.length;
    Object.assign(split, lazy ? { first: program.length, second: body } : { first: body, second: program.length });
  });
}

interface Threads {
  /** Instructions in order of preference. */
  readonly at: number[];
  /** Where each thread's match began. */
  readonly start: number[];
}

function run(program: readonly Instruction[], text: string, from: number, anyMatch: boolean): { start: number; end: number } | undefined {
  let current: Threads = { at: [], start: [] };
  let next: Threads = { at: [], start: [] };
  let found: { start: number; end: number } | undefined;
  const seen = new Int32Array(program.length).fill(-1);
  let position = from;
  let generation = 0;
  for (;;) {
    if (found === undefined) addThread(program, current, seen, generation, 0, position, text, position);
    if (current.at.length === 0 && found !== undefined) return found;
    const code = position < text.length ? (text.codePointAt(position) ?? -1) : -1;
    const width = code > 0xffff ? 2 : 1;
    generation += 1;
    for (let index = 0; index < current.at.length; index++) {
      const instruction = program[current.at[index] ?? 0];
      const start = current.start[index] ?? 0;
      if (instruction?.op === 'match') {
        found = { start, end: position };
        if (anyMatch) return found;
        break;
      }
      if (instruction?.op === 'set' && code >= 0 && inSet(instruction.set, code)) {
        addThread(program, next, seen, generation, (current.at[index] ?? 0) + 1, start, text, position + width);
      }
    }
    if (code < 0) return found;
    position += width;
    const empty = current;
    current = next;
    next = empty;
    next.at.length = 0;
    next.start.length = 0;
  }
}

/** Follows all instructions that eat nothing; an explicit stack keeps deep patterns from overflowing. */
function addThread(program: readonly Instruction[], threads: Threads, seen: Int32Array, generation: number, first: number, start: number, text: string, position: number): void {
  const stack = [first];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const instruction = program[at];
    if (instruction === undefined || seen[at] === generation) continue;
    seen[at] = generation;
    if (instruction.op === 'jump') stack.push(instruction.to);
    else if (instruction.op === 'split') stack.push(instruction.second, instruction.first);
    else if (instruction.op !== 'assert') {
      threads.at.push(at);
      threads.start.push(start);
    } else if (asserted(instruction.what, text, position)) stack.push(at + 1);
  }
}

function inSet({ ranges, negated }: CharSet, code: number): boolean {
  for (const [low, high] of ranges) if (code >= low && code <= high) return !negated;
  return negated;
}

function asserted(what: (Node & { kind: 'assert' })['what'], text: string, position: number): boolean {
  switch (what) {
    case 'textStart':
      return position === 0;
    case 'textEnd':
      return position === text.length;
    case 'lineStart':
      return position === 0 || text.charAt(position - 1) === '\n';
    case 'lineEnd':
      return position === text.length || text.charAt(position) === '\n';
    case 'word':
      return isWord(text.charAt(position - 1)) !== isWord(text.charAt(position));
    case 'notWord':
      return isWord(text.charAt(position - 1)) === isWord(text.charAt(position));
  }
}

const isWord = (char: string): boolean => /^\w$/.test(char);
