/** Word of one image, as a sender tells it. */
export interface Heard {
  /** Repositories that may be meant, as they were written; more than one where a sender does not say under which name it is pulled. */
  readonly repositories: readonly string[];
  readonly tag: string;
  /** `sha256:…`, where it was told. */
  readonly digest?: string;
  /** The person who pushed or promoted it, where the sender names one. */
  readonly person?: string;
  /** The account of a program that pushed it; it stands for no person. */
  readonly robot?: string;
}

/** What a sender tells of things that are no new image, such as a ping or a deletion. */
export interface HeardNothing {
  readonly nothing: string;
}

/** Reads the body of a webhook. @throws NotUnderstood for one that is not that sender's */
export type SenderParser = (body: unknown, header: (name: string) => string | undefined) => Heard[] | HeardNothing;

/** A body that says nothing that can be understood; the message is one sentence, for the sender. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood';
}
