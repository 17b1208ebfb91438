/** One event of a stream, as the HTML standard's "server-sent events" has it. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/**
 * Takes a text/event-stream in pieces and gives its events (https://html.spec.whatwg.org/multipage/server-sent-events.html,
 * 9.2.6), and each id that it names, also one without an event: where to go on from. Comments give nothing: that something came at
 * all is what they say.
 */
export function createEventStreamParser(give: (event: StreamEvent) => void, place: (id: string) => void): (text: string) => void {
  let rest = '';
  let id: string | undefined;
  let event = '';
  let data: string[] = [];

  const field = (line: string): void => {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id' && !value.includes('\0')) id = value;
  };
  const end = (): void => {
    if (data.length > 0) give({ event: event === '' ? 'message' : event, data: data.join('\n') });
    // After the event: who is cut off between the two is told it again.
    if (id !== undefined) place(id);
    id = undefined;
    event = '';
    data = [];
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') end();
      else if (!line.startsWith(':')) field(line);
    }
  };
}
