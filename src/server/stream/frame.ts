import type { StreamEventName } from '../schemas/stream.js';
import type { Asked } from '../resources/releases/asking.js';

/** One event for everybody who may see it; its text is made once and shared. */
export interface Frame {
  /** Grows by one. */
  readonly id: number;
  readonly event: StreamEventName;
  readonly namespace: string;
  /** Plural of the resource that one has to be allowed to list. */
  readonly resource: { readonly group: string; readonly plural: string };
  /** What a release asks people: whether it waits for somebody is the one thing that differs from person to person. */
  readonly asked: Asked | undefined;
  /** As it goes over the wire. @param mine whether it waits for whoever reads it */
  text(mine: boolean): string;
}

/** What a frame is made of. @param data of the event, by whether it waits for whoever reads it */
export type FrameContent = Omit<Frame, 'id' | 'text'> & { readonly data: (mine: boolean) => unknown };

/** Makes a frame; its texts are written when somebody first wants them. */
export function makeFrame(id: number, { data, ...content }: FrameContent): Frame {
  const texts: [string | undefined, string | undefined] = [undefined, undefined];
  return { ...content, id, text: (mine) => (texts[mine ? 1 : 0] ??= `id: ${id}\nevent: ${content.event}\ndata: ${JSON.stringify(data(mine))}\n\n`) };
}
