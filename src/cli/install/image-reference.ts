import { CliError, exitCodes } from '../errors.js';

/** The parts of `registry:5000/name:tag@sha256:…`; what is absent is empty. @throws CliError */
export function parseImage(text: string): { readonly repository: string; readonly tag: string; readonly digest: string } {
  const [, repository, tag = '', digest = ''] = /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  if (repository === undefined) throw new CliError(`--image ${text}: it is no image; name one as in registry.example.com/serin:1.2.3.`, exitCodes.usage);
  return { repository, tag, digest };
}
