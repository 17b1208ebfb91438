import { deepEqual } from '../../../../src/kubernetes/json.js';
import type { Release } from '../../../../src/model/release.js';
import { serinResources } from '../../../../src/model/resources.js';
import { systemClock } from '../../../../src/ports/clock.js';
import { endingOf } from '../../../driver/mid-release/ending.js';
import { expectedEnding } from '../../../driver/mid-release/outcomes.js';
import { patchRelease, setImage } from '../../../driver/program.js';
import type { KwokLab } from '../../lab/kwok-lab.js';
import { LabStage } from '../../lab/lab-stage.js';
import { brokenRules } from './rules.js';
import { stories, type Story, type StoryName } from './stories.js';
import type { Webhook } from './webhook.js';

const REPLICAS = 3;

/** One story in a namespace of its own. */
export class PlayedStory {
  readonly stage: LabStage;
  readonly story: Story;
  readonly #webhook: Webhook;
  #takenBack = false;
  #over = false;

  constructor(lab: KwokLab, webhook: Webhook, name: StoryName, namespace: string) {
    this.stage = new LabStage(lab, namespace);
    this.story = stories[name];
    this.#webhook = webhook;
  }

  get release(): Release | undefined {
    return this.stage.object(serinResources.releases, { namespace: this.stage.namespace, name: 'web-1' });
  }

  /** Before a controller is started for it, which keeps its Lease there. */
  async openNamespace(): Promise<void> {
    await this.stage.openNamespace();
  }

  /** Version v1 at rest. */
  async open(): Promise<void> {
    await this.stage.openProgram(this.story.policy(this.#webhook.urlFor(this.stage.namespace)), REPLICAS);
    await this.stage.atRest();
  }

  /** Asks for the new version. */
  async begin(): Promise<void> {
    await persistently(() => setImage(this.stage, this.story.image));
  }

  /** Plays people, until everything is as it is to be. Does not fail when it is not so in time: `problems` tells. */
  async untilEnd(seconds: number): Promise<void> {
    const { stage, story } = this;
    if (story.abortedAt !== undefined && !this.#takenBack) {
      await stage.until('somebody may take it back', () => this.#isAt(story.abortedAt), seconds).catch(() => undefined);
      await this.takeBack();
    }
    await stage.until('the end', () => this.#difference() === undefined, seconds).catch(() => undefined);
    this.#over = true;
  }

  /** Whether nobody waits for its end any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Says that it is to be taken back. */
  async takeBack(): Promise<void> {
    this.#takenBack = true;
    await persistently(() => patchRelease(this.stage, 'web-1', { abort: true }));
  }

  #isAt(step: number | undefined): boolean {
    const status = this.release?.status;
    return status?.step.index === step && (status?.message ?? '').startsWith('Pauses');
  }

  #difference(): unknown {
    const found = endingOf(this.stage);
    const expected = expectedEnding(this.story.end, REPLICAS, 'as found', found);
    return deepEqual(found, expected) ? undefined : { found, expected, said: this.stage.said };
  }

  /** What is not as it is to be: the end, or a rule that was broken on the way. @param excused complaints that the fault itself causes */
  problems(excused?: RegExp): unknown[] {
    const difference = this.#difference();
    const keys = this.#webhook.keys.get(this.stage.namespace) ?? [];
    return [...(difference === undefined ? [] : [difference]), ...brokenRules(this.stage.recorder, this.stage.namespace, keys, excused), ...this.#checks(keys)];
  }

  #checks(keys: readonly string[]): string[] {
    const jobs = new Set(this.stage.recorder.history(this.stage.namespace).filter(({ collection }) => collection === 'batch/jobs').map(({ object }) => object.metadata.uid));
    const ran = jobs.size + new Set(keys).size;
    return ran === this.story.checks ? [] : [`${ran} checks ran of ${this.story.checks}`];
  }
}

/** What a person does when the server does not answer: the same again. */
export async function persistently<T>(work: () => Promise<T>, tries = 300): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await systemClock.sleep(200);
    }
  }
}
