import { describe, expect, it } from 'vitest';
import { NoReading } from '../../metrics/reading.js';
import { MissingSamples } from './missing-samples.js';

const waiting = new NoReading('waiting', 'no Pod answers yet');
const failed = (text = 'no answer from http://source.test'): NoReading => new NoReading('failed', text);

describe('missing samples', () => {
  it('are nothing to speak of while there is nothing yet, for half a minute', () => {
    const missing = new MissingSamples(0);
    missing.goOn(waiting, 29_999);
    expect(missing.text).toBeUndefined();
    missing.goOn(waiting, 30_000);
    expect(missing.text).toBe('no Pod answers yet');
    missing.ended(31_000);
    expect(missing.text).toBeUndefined();
    missing.goOn(waiting, 60_999);
    expect(missing.text).toBeUndefined();
  });

  it('are told of when a source fails twice in a row', () => {
    const missing = new MissingSamples(0);
    missing.goOn(failed(), 1);
    missing.ended(2);
    missing.goOn(failed(), 3);
    expect(missing.text).toBeUndefined();
    missing.goOn(failed(), 4);
    expect(missing.text).toBe('no answer from http://source.test');
  });

  it('are told of in the same words for a while, as each change is a write', () => {
    const missing = new MissingSamples(0);
    for (let at = 1; at < 15_000; at += 1000) missing.goOn(failed(`no answer after ${at} ms`), at);
    expect(missing.text).toBe('no answer after 1001 ms');
    missing.goOn(failed('no answer at all'), 16_002);
    expect(missing.text).toBe('no answer at all');
  });

  it('are told of without what an error says that may hold anything', () => {
    const missing = new MissingSamples(0);
    for (let at = 1; at < 3; at++) missing.goOn(new TypeError('token abc is wrong'), at);
    expect(missing.text).toBe('no sample could be taken (TypeError)');
  });
});
