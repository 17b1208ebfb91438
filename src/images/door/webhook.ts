/** A webhook as the server received it. */
export interface WebhookRequest {
  /** The last part of its address, such as `native`. */
  readonly sender: string;
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of senders that can send no header: `?token=…`. Never to be logged. */
  readonly query?: URLSearchParams;
  readonly body: Buffer;
  /** Where it came from, for the audit log. */
  readonly remote: string;
}

/** An image that a policy took up. */
export interface AcceptedImage {
  /** `namespace/name` of the ImagePolicy. */
  readonly policy: string;
  /** The name of the ImageUpdate. */
  readonly update: string;
}

/** An image that was not taken up, and why, as a sentence without its end. */
export interface IgnoredImage {
  /** `namespace/name` of the ImagePolicy; `*` where it is about no policy. */
  readonly policy: string;
  readonly why: string;
}

export type WebhookBody =
  | { readonly accepted: readonly AcceptedImage[]; readonly ignored: readonly IgnoredImage[] }
  | { readonly error: { readonly code: string; readonly message: string } };

/** What the sender is answered. */
export interface WebhookAnswer {
  /** 202, 400, 401, 403, 404, 413 or 503. */
  readonly status: number;
  readonly body: WebhookBody;
  /** Who proved to have sent it, for the audit log. */
  readonly user?: string;
}

/** The door through which webhooks come in. Never rejects. */
export type WebhookDoor = (request: WebhookRequest) => Promise<WebhookAnswer>;
