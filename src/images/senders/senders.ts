import type { ImageSource } from '../../model/images/image-update.js';
import { parseAzure } from './azure.js';
import { parseDockerHub } from './docker-hub.js';
import { parseGitHub } from './github.js';
import { parseHarbor } from './harbor.js';
import type { SenderParser } from './heard.js';
import { parseJFrog } from './jfrog.js';
import { parseNative } from './native.js';
import { parseQuay } from './quay.js';
import { parseRegistry } from './registry.js';

/** Who may send webhooks, as their addresses name them. */
export const senderNames = ['native', 'dockerhub', 'harbor', 'github', 'quay', 'azure', 'jfrog', 'registry'] as const;
export type SenderName = (typeof senderNames)[number];

/** What is known of a sender. */
export interface Sender {
  readonly source: ImageSource;
  readonly parse: SenderParser;
  /** The header that carries the HMAC of the body by SHA-256 in hexadecimal, in small letters, where it signs. */
  readonly signature?: string;
}

export const senders: Readonly<Record<SenderName, Sender>> = {
  // Whoever writes the sender can sign, too; the name is that of GitHub without its mark.
  native: { source: 'native', parse: parseNative, signature: 'x-signature-256' },
  dockerhub: { source: 'dockerHub', parse: parseDockerHub },
  harbor: { source: 'harbor', parse: parseHarbor },
  github: { source: 'github', parse: parseGitHub, signature: 'x-hub-signature-256' },
  quay: { source: 'quay', parse: parseQuay },
  azure: { source: 'azure', parse: parseAzure },
  jfrog: { source: 'jfrog', parse: parseJFrog, signature: 'x-jfrog-event-auth' },
  registry: { source: 'registry', parse: parseRegistry },
};

export const isSender = (name: string): name is SenderName => (senderNames as readonly string[]).includes(name);
