import type { ButtonVerb } from '../texts/buttons.js';

/** What a chat posts when somebody presses a button. */
export interface CallbackRequest {
  readonly chat: 'slack' | 'lark';
  /** `-` for channels of the whole cluster. */
  readonly namespace: string;
  readonly channel: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came: signatures are over bytes. */
  readonly body: Buffer;
}

/** What a person in a chat wants done, as the user of the cluster that they stand for: who carries it out does it with that user's rights. */
export interface ChatAct {
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  /** For the record, such as `slack: #releases`. */
  readonly via: string;
  readonly kind: 'release' | 'image';
  readonly namespace: string;
  readonly name: string;
  /** Of the release or ImageUpdate that the button was made for; another one of this name is another question. */
  readonly uid: string;
  readonly verb: ButtonVerb;
  /** Counts from 1; 0 before the release begins. */
  readonly step?: number;
  readonly freezeWindow?: string;
  readonly seen?: { readonly plan: string; readonly images: readonly string[] };
}

/** What became of an act, in one sentence. */
export interface ActOutcome {
  readonly done: boolean;
  readonly text: string;
}

/** What the chat is answered. */
export interface CallbackAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly act?: ChatAct;
  /** The answer once the act was carried out or refused, in place of `body`. */
  readonly told?: (outcome: ActOutcome) => unknown;
  /** Why nothing is done, for the audit log: one sentence in English without a secret. */
  readonly refused?: string;
  /** Who pressed it, by the chat's id, for the audit log. */
  readonly by?: string;
}

/** Takes what people press in chats. Never throws for what a request holds. */
export type CallbackDoor = (request: CallbackRequest) => Promise<CallbackAnswer>;

/** What a chat's own format came to. */
export type Pressed =
  /** Answered without anybody having pressed anything. */
  | { readonly kind: 'answer'; readonly answer: CallbackAnswer }
  | {
      readonly kind: 'press';
      /** The person, by the chat's id. */
      readonly user: string;
      /** Where it was pressed, for the record. */
      readonly place: string;
      readonly value: unknown;
      /** Tells the person something in the chat; the body of the answer, where that is the way. */
      readonly tell: (text: string, done: boolean) => unknown;
      /** The body of an answer that comes before anything was carried out. */
      readonly received: (text: string) => unknown;
    };

export const refusal = (status: number, why: string): CallbackAnswer => ({ status, body: { error: why }, refused: why });
