import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTROLLER_USER, controllerRulesWith, installerRules } from '../../controller/controller-rules.js';
import type { FrontendName } from '../../frontends/names.js';
import type { Part } from '../../local/supervisor/parts.js';

const CLI = join(dirname(dirname(fileURLToPath(import.meta.url))), 'main.js');

/** The Serin controller as a part of a local cluster. */
export const controllerPart = (frontends: readonly FrontendName[] = []): Part => ({
  name: 'serin',
  script: CLI,
  args: [
    ...['controller', '--kubeconfig', '{kubeconfig}', '--install', '--local-addresses', '{directory}', '--ready-file', '{directory}/controller.json'],
    ...(frontends.length === 0 ? [] : [`--frontends=${frontends.join(',')}`]),
  ],
  user: { username: CONTROLLER_USER, groups: [] },
  rules: [...controllerRulesWith(frontends), ...installerRules],
  ready: { kind: 'file', name: 'controller.json' },
});
