import { PageLine } from './page-line.js';

/** The beginning of an example behind a value. */
const EXAMPLE = / # \{/;

/** Told of every sample of one metric. */
export type SampleReader = (line: PageLine) => void;

/**
 * Goes through a page in Prometheus' text format (version 0.0.4) once and shows the samples of the metrics that someone wants.
 * Comments, other metrics and lines that cannot be read are passed over. Lines are not cut out: most are of no interest.
 * @param readers by the name of the metric, with `_bucket` and the like
 */
export function scanPage(text: string, readers: ReadonlyMap<string, readonly SampleReader[]>): void {
  const line = new PageLine(text);
  let name = '';
  let wanted: readonly SampleReader[] | undefined;
  // Examples behind values have braces of their own (OpenMetrics, which was not asked for): then each line is read from its beginning.
  // No `includes`: V8 takes it for free of effects and moves it to where its result is used, which is once for each line.
  const hasExamples = EXAMPLE.test(text);
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (text.charCodeAt(start) !== 35) {
      // Samples of one metric come one after the other, so mostly the name is the last one.
      if (name === '' || !text.startsWith(name, start) || isNameChar(text.charCodeAt(start + name.length))) {
        let nameEnd = start;
        while (nameEnd < end && isNameChar(text.charCodeAt(nameEnd))) nameEnd++;
        name = text.slice(start, nameEnd);
        wanted = readers.get(name);
      }
      if (wanted !== undefined && readSample(line, start + name.length, end, hasExamples)) for (const read of wanted) read(line);
    }
    start = end + 1;
  }
}

/** Letters, digits, `_` and `:`. */
const isNameChar = (char: number): boolean =>
  (char >= 97 && char <= 122) || char === 95 || (char >= 65 && char <= 90) || (char >= 48 && char <= 58);

/** @param at behind the name */
function readSample(line: PageLine, at: number, end: number, hasExamples: boolean): boolean {
  const { text } = line;
  let start = at;
  while (text.charCodeAt(start) === 32) start++;
  if (text.charCodeAt(start) !== 123) {
    if (start === at) return false;
    line.labelsStart = line.labelsEnd = start;
    return readValue(line, start, end);
  }
  line.labelsStart = start + 1;
  line.labelsEnd = hasExamples ? end : text.lastIndexOf('}', end - 1);
  if (hasExamples) line.labelsEnd = line.closingBrace();
  return line.labelsEnd > start && readValue(line, line.labelsEnd + 1, end);
}

/** Reads the number; what stands behind it is a time or an example. */
function readValue(line: PageLine, from: number, end: number): boolean {
  const { text } = line;
  let start = from;
  while (start < end && (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9)) start++;
  let stop = start;
  while (stop < end && text.charCodeAt(stop) > 32) stop++;
  if (stop === start) return false;
  line.value = Number(text.slice(start, stop));
  return Number.isFinite(line.value);
}
