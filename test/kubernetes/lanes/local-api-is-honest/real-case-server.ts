import { Agent, request as send } from 'undici';
import type { CaseServer } from '../../../../src/local/api/conformance/testing/asking.js';
import { systemClock } from '../../../../src/ports/clock.js';
import type { ApiRequest, ApiResponse } from '../../../../src/ports/transport.js';
import { tokenOf } from '../../lab/users.js';
import type { ControlPlane } from '../../lab/control-plane.js';

/** A real API server, asked without any client between that would name itself. */
export class RealCaseServer implements CaseServer {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  private constructor(server: string, token: string, authority: string) {
    this.#server = server;
    this.#token = token;
    this.#agent = new Agent({ connect: { ca: authority } });
  }

  static async of({ server, authority, kubeconfigs }: ControlPlane): Promise<RealCaseServer> {
    return new RealCaseServer(server, await tokenOf(kubeconfigs.admin), authority);
  }

  async send({ method, path, query, headers, body }: ApiRequest, anonymous: boolean): Promise<ApiResponse> {
    const search = query === undefined || query.size === 0 ? '' : `?${query.toString()}`;
    const answer = await send(`${this.#server}${path}${search}`, {
      method,
      headers: { ...(anonymous ? {} : { authorization: `Bearer ${this.#token}` }), ...headers },
      dispatcher: this.#agent,
      ...(body === undefined ? {} : { body: Buffer.from(body, isText(headers) ? 'utf8' : 'latin1') }),
    });
    const flat = Object.fromEntries(Object.entries(answer.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])));
    return { status: answer.statusCode, headers: flat, body: await answer.body.text() };
  }

  async pause(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await systemClock.sleep(milliseconds);
  }

  /** The store forgets in its own time. */
  compact(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

/** Bodies that are no text travel as one character a byte. */
const isText = (headers: ApiRequest['headers']): boolean => !(headers?.['content-type'] ?? '').includes('protobuf');
