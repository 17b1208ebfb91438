import { deepEqual } from '../../../../src/kubernetes/json.js';
import type { Release } from '../../../../src/model/release.js';
import { serinResources } from '../../../../src/model/resources.js';
import { endingOf } from '../../../driver/mid-release/ending.js';
import { expectedEnding } from '../../../driver/mid-release/outcomes.js';
import { patchRelease, setImage } from '../../../driver/program.js';
import type { KwokLab } from '../../lab/kwok-lab.js';
import { LabStage } from '../../lab/lab-stage.js';
import { approve } from './approvers.js';
import { openBystanders } from './bystanders.js';
import type { Decisions } from './decisions.js';
import type { People } from './people.js';
import { persistently } from './persistence.js';
import { brokenRules } from './rules.js';
import { stories, type Story, type StoryName } from './stories.js';
import type { Webhook } from './webhook.js';

const REPLICAS = 3;

/** Whom the stories of a lane have in common. */
export interface Company {
  readonly lab: KwokLab;
  readonly webhook: Webhook;
  readonly people: People;
  /** What was decided when each story was played before. */
  readonly decisions: Decisions;
}

/** One story in a namespace of its own. */
export class PlayedStory {
  readonly stage: LabStage;
  readonly story: Story;
  readonly #name: StoryName;
  readonly #company: Company;
  /** What people got that they must not get. */
  readonly #got: string[] = [];
  #takenBack = false;
  /** Whether people did what the story tells, at the moments it tells. */
  #asTold = true;
  #over = false;

  constructor(company: Company, name: StoryName, namespace: string) {
    this.stage = new LabStage(company.lab, namespace);
    this.story = stories[name];
    this.#name = name;
    this.#company = company;
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
    await this.stage.openProgram(this.story.policy(this.#company.webhook.urlFor(this.stage.namespace)), REPLICAS);
    await openBystanders(this.stage.client, this.stage.namespace);
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
      await this.#takeBack();
    }
    if (story.approvedAt !== undefined) {
      await stage.until('somebody may approve', () => this.#waitsForApproval(story.approvedAt), seconds).catch(() => undefined);
      if (this.release) this.#got.push(...(await approve(stage, this.#company.people, this.release, story.approvedAt)));
    }
    await stage.until('the end', () => this.#difference() === undefined, seconds).catch(() => undefined);
    this.#over = true;
  }

  /** Whether nobody waits for its end any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Says that it is to be taken back, at another moment than the story does. */
  async takeBack(): Promise<void> {
    this.#asTold = false;
    await this.#takeBack();
  }

  async #takeBack(): Promise<void> {
    this.#takenBack = true;
    await persistently(() => patchRelease(this.stage, 'web-1', { abort: true }));
  }

  #isAt(step: number | undefined): boolean {
    const status = this.release?.status;
    return status?.step.index === step && (status?.message ?? '').startsWith('Pauses');
  }

  #waitsForApproval(step: number | undefined): boolean {
    const status = this.release?.status;
    return status?.step.index === step && (status?.message ?? '').includes('serin approve');
  }

  #difference(): unknown {
    const found = endingOf(this.stage);
    const expected = expectedEnding(this.story.end, REPLICAS, 'as found', found);
    return deepEqual(found, expected) ? undefined : { found, expected, said: this.stage.said };
  }

  /** What is not as it is to be: the end, or a rule that was broken on the way. @param excused complaints that the fault itself causes */
  problems(excused?: RegExp): unknown[] {
    const difference = this.#difference();
    const keys = this.#company.webhook.keys.get(this.stage.namespace) ?? [];
    const { recorder, namespace } = this.stage;
    const broken = brokenRules({ recorder, namespace, keys, images: ['web:v1', this.story.image], excused });
    const asEver = !this.#asTold ? [] : this.#company.decisions.differences(this.#name, recorder.history(namespace));
    return [...(difference === undefined ? [] : [difference]), ...broken, ...asEver, ...this.#got, ...this.#checks(keys)];
  }

  #checks(keys: readonly string[]): string[] {
    const jobs = new Set(this.stage.recorder.history(this.stage.namespace).filter(({ collection }) => collection === 'batch/jobs').map(({ object }) => object.metadata.uid));
    const ran = jobs.size + new Set(keys).size;
    return ran === this.story.checks ? [] : [`${ran} checks ran of ${this.story.checks}`];
  }
}
