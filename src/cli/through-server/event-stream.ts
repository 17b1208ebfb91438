/** One block of a stream of events. */
export interface StreamBlock {
  /** Where to go on from after it; undefined where it does not say. */
  readonly id: string | undefined;
  readonly event: string;
  /** Undefined where the block says only that somebody is there. */
  readonly data: string | undefined;
}

/**
 * The blocks of a text/event-stream that comes in pieces (https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6). One
 * that is cut off at the end is dropped: it will come again.
 */
export async function* blocksOf(chunks: AsyncIterable<string>): AsyncGenerator<StreamBlock> {
  let rest = '';
  let lines: string[] = [];
  for await (const chunk of chunks) {
    // A carriage return at the end may be half of a line end.
    const found = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = found.pop() ?? '';
    for (const line of found) {
      if (line !== '') {
        lines.push(line);
        continue;
      }
      if (lines.length > 0) yield blockOf(lines);
      lines = [];
    }
  }
}

function blockOf(lines: readonly string[]): StreamBlock {
  let id: string | undefined;
  let event = 'message';
  const data: string[] = [];
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id' && !value.includes('\0')) id = value;
  }
  return { id, event, data: data.length === 0 ? undefined : data.join('\n') };
}
