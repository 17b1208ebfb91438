import { makeFrame, type Frame, type FrameContent } from './frame.js';

/** The last frames, for those who were away for a moment. */
export class FrameRing {
  readonly #frames: (Frame | undefined)[];
  readonly #first: number;
  #last: number;
  #wake: () => void = () => undefined;
  #woken: Promise<void> = Promise.resolve();

  /**
   * @param length how many frames are kept
   * @param start a number above all of an earlier process, so that nobody takes up again what is not here
   */
  constructor(length: number, start: number) {
    this.#frames = new Array<Frame | undefined>(length);
    this.#first = start + 1;
    this.#last = start;
    this.#sleep();
  }

  /** The id of the newest frame. */
  get last(): number {
    return this.#last;
  }

  push(content: FrameContent): Frame {
    this.#last += 1;
    const frame = makeFrame(this.#last, content);
    this.#frames[this.#last % this.#frames.length] = frame;
    const wake = this.#wake;
    this.#sleep();
    wake();
    return frame;
  }

  /** The frames after this id, at most so many; undefined where some of them are not there any more, or never were. */
  after(id: number, most: number): Frame[] | undefined {
    const oldest = Math.max(this.#first, this.#last - this.#frames.length + 1);
    if (!Number.isSafeInteger(id) || id > this.#last || id < oldest - 1) return undefined;
    const found: Frame[] = [];
    for (let next = id + 1; next <= this.#last && found.length < most; next++) {
      const frame = this.#frames[next % this.#frames.length];
      if (frame) found.push(frame);
    }
    return found;
  }

  /** Resolves at the next frame after this id; at once where there is one already. */
  untilAfter(id: number): Promise<void> {
    return this.#last > id ? Promise.resolve() : this.#woken;
  }

  #sleep(): void {
    this.#woken = new Promise((resolve) => (this.#wake = resolve));
  }
}
