import { parsePattern, type Node } from './pattern-syntax.js';

/** Whether a whole text matches. */
export type Pattern = (text: string) => boolean;

/** A text that is longer matches nothing: label values are names. */
const LONGEST_TEXT = 1024;
/** How many texts are remembered: the same labels come again with every page. */
const REMEMBERED = 500;

/** One state of the machine: it takes a character, or goes on to others without. */
interface State {
  takes: ((char: string) => boolean) | undefined;
  next: number[];
}

/**
 * A regular expression as RE2 has them, matched in a time that grows with the text alone: expressions come from whoever may
 * write policies, texts from whatever Pods say, and neither may hold up the releases of others.
 * (Thompson: Regular expression search algorithm, 1968.)
 * @throws Error why the regular expression cannot be used
 */
export function compilePattern(source: string): Pattern {
  const states: State[] = [];
  const state = (takes?: State['takes']): number => states.push({ takes, next: [] }) - 1;
  const follow = (from: number, to: number): void => void states[from]?.next.push(to);
  /** Adds the states of a node. @returns where it begins and where it ends */
  const add = (node: Node): [number, number] => {
    const begin = state();
    const end = state();
    switch (node.kind) {
      case 'char': {
        const taking = state(node.takes);
        follow(begin, taking);
        follow(taking, end);
        break;
      }
      case 'sequence': {
        let last = begin;
        for (const each of node.nodes) {
          const [from, to] = add(each);
          follow(last, from);
          last = to;
        }
        follow(last, end);
        break;
      }
      case 'either':
        for (const each of node.nodes) {
          const [from, to] = add(each);
          follow(begin, from);
          follow(to, end);
        }
        break;
      case 'repeat': {
        let last = begin;
        for (let times = 0; times < node.least; times++) {
          const [from, to] = add(node.node);
          follow(last, from);
          last = to;
        }
        if (node.most === Number.POSITIVE_INFINITY) {
          const [from, to] = add(node.node);
          follow(last, from);
          follow(to, from);
          follow(to, end);
        } else {
          for (let times = node.least; times < node.most; times++) {
            const [from, to] = add(node.node);
            follow(last, from);
            follow(last, end);
            last = to;
          }
        }
        follow(last, end);
        break;
      }
    }
    return [begin, end];
  };
  const [begin, end] = add(parsePattern(source));
  return matcher(states, begin, end);
}

function matcher(states: readonly State[], begin: number, end: number): Pattern {
  /** All states that are reached without taking anything. */
  const reach = (from: readonly number[]): ReadonlySet<number> => {
    const reached = new Set(from);
    for (const each of reached) {
      const found = states[each];
      if (found && !found.takes) for (const next of found.next) reached.add(next);
    }
    return reached;
  };
  const first = reach([begin]);
  const matches = (text: string): boolean => {
    let present = first;
    for (const char of text) {
      const next: number[] = [];
      for (const each of present) {
        const found = states[each];
        if (found?.takes?.(char)) next.push(...found.next);
      }
      if (next.length === 0) return false;
      present = reach(next);
    }
    return present.has(end);
  };
  const known = new Map<string, boolean>();
  return (text) => {
    if (text.length > LONGEST_TEXT) return false;
    let result = known.get(text);
    if (result === undefined) {
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, (result = matches(text)));
    }
    return result;
  };
}
