import type { ApiRequest, ApiResponse, Transport } from '../../../../src/ports/transport.js';
import type { KwokLab } from '../../lab/kwok-lab.js';
import { ControllerFor } from './controller-for.js';
import type { PlayedStory } from './played-story.js';

/** However slow the machine is, in seconds. */
const PATIENCE = 300;

/** Holds the first write that gives the canary a share, as if it were long on its way. */
class HeldWrite {
  #arrived: () => void = () => undefined;
  readonly arrived = new Promise<void>((resolve) => (this.#arrived = resolve));
  #deliver: () => void = () => undefined;
  readonly #delivery = new Promise<void>((resolve) => (this.#deliver = resolve));
  #answered: (status: number) => void = () => undefined;
  /** How the API server answers it in the end. */
  readonly answer = new Promise<number>((resolve) => (this.#answered = resolve));
  #held = false;

  deliver(): void {
    this.#deliver();
  }

  wrap(inner: Transport): Transport {
    return { request: (request) => this.#request(inner, request), stream: (request) => inner.stream(request) };
  }

  async #request(inner: Transport, request: ApiRequest): Promise<ApiResponse> {
    const raises = request.method === 'PATCH' && request.path.includes('/virtualservices/') && /"weight":50/.test(request.body ?? '');
    if (this.#held || !raises) return inner.request(request);
    this.#held = true;
    this.#arrived();
    await this.#delivery;
    // The one that asked does not listen any more, but what it sent arrives.
    const { signal: _, ...sent } = request;
    const answer = await inner.request(sent);
    this.#answered(answer.status);
    return answer;
  }
}

/**
 * The leader is frozen when it has sent the canary's first share but it has not arrived yet; a person aborts, another
 * controller leads and takes the canary back; then the write arrives and the old leader thaws.
 * @returns what is not as it should be
 */
export async function playFrozen(lab: KwokLab, played: PlayedStory): Promise<unknown[]> {
  const { namespace } = played.stage;
  const held = new HeldWrite();
  const leader = await ControllerFor.open(lab, namespace, (inner) => held.wrap(inner));
  const standby = await ControllerFor.open(lab, namespace, undefined, { name: `serin-${namespace}-standby`, unready: true });
  try {
    await played.openNamespace();
    await leader.start();
    await played.open();
    await standby.start();
    await played.begin();
    await held.arrived;
    const before = played.release?.status?.epoch ?? 0;
    leader.process.freeze();
    await played.takeBack();
    await played.stage.until('another one leads', () => (played.release?.status?.epoch ?? 0) > before, PATIENCE);
    await played.stage.until('the canary is taken back', () => played.release?.status?.phase === 'Aborted', PATIENCE);
    held.deliver();
    const status = await held.answer;
    leader.process.thaw();
    await played.untilEnd(PATIENCE);
    // Time enough for the old one to do what it believes that it has to.
    await played.stage.pass(3);
    return [...(status === 409 ? [] : [`the late write was answered with ${status}`]), ...played.problems()];
  } finally {
    leader.process.thaw();
    await leader.stop();
    await standby.stop();
  }
}
