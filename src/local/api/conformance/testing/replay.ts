import { isRecord } from '../../../../kubernetes/json.js';
import { differences, normalForm } from './normal-form.js';
import { Asking } from './asking.js';
import { LocalCaseServer } from './local-case-server.js';
import type { RecordedCase } from './recorded-case.js';

/** When the recording beside this file began. */
const RECORDED = Date.UTC(2026, 10, 21, 8, 50);

/** Sends recorded requests to our own server, one after the other, and says where the answers differ. */
export class Replay {
  readonly #server = new LocalCaseServer(RECORDED);
  readonly #asking = new Asking(this.#server);

  async prepare(cases: readonly RecordedCase[]): Promise<void> {
    await this.#server.start();
    await this.#asking.prepare(cases);
  }

  /** @returns where our answer differs; empty when it does not */
  async run(recorded: RecordedCase): Promise<string[]> {
    const { response } = recorded;
    this.#server.timeOf(response.body);
    const answer = await this.#asking.ask(recorded);
    const expected = normalForm(response.body, new Map());
    const found = normalForm(answer.body, this.#asking.names);
    const partial = recorded.note !== undefined || JSON.stringify(response.body).includes('trimmed)') || isRecord(response.body) && ('more' in response.body || !('kind' in response.body) && !('paths' in response.body));
    return [
      ...(answer.status === response.status ? [] : [`status: expected ${response.status} found ${answer.status}`]),
      ...(sameType(answer.contentType, response.contentType) ? [] : [`content type: expected ${response.contentType} found ${answer.contentType}`]),
      ...(answer.warning === (recorded.warning ?? '') ? [] : [`warning: expected ${recorded.warning} found ${answer.warning}`]),
      ...differences(expected, found, partial),
    ];
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

function sameType(actual: string, expected: string): boolean {
  return actual.replaceAll(' ', '') === expected.replaceAll(' ', '');
}
