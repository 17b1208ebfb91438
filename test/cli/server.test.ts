import { expect, it } from 'vitest';
import { serin } from './driven-shell.js';
import { folder } from './files.js';

it.each([
  [['dashboard', '--port', '70000'], 2, /It is a port from 0 to 65535/],
  [['dashboard', '--webhook-user', 'admin'], 2, /^serin: --webhook-user and --webhook-password-file belong together: give both, or none\.\n$/],
  [['dashboard', '--webhook-user', 'admin', '--webhook-password-file', 'none.txt'], 2, /^serin: --webhook-password-file: none\.txt cannot be read \(ENOENT\)\.\n$/],
  [['dashboard', '--webhook-user', 'admin', '--webhook-password-file', 'empty.txt'], 2, /^serin: --webhook-password-file: empty\.txt is empty; write the password into it\.\n$/],
  [['dashboard', '--local', 'nowhere'], 1, /^serin: there is no local cluster "nowhere"/],
  [['server', '--listen', '8080'], 2, /It is an address such as :8080/],
  [['server', '--public-url', 'serin', '--chats', '--tls-cert-file', 'none.pem'], 2, /^serin: --public-url: [^\n]+\n--tls-key-file|^serin: --public-url: [^\n]+\n--tls-cert-file: [^\n]+\n--tls-cert-file and [^\n]+\n--chats: [^\n]+\n$/],
  [['server', '--in-cluster'], 1, /this is no Pod; use a kubeconfig/],
])('serin %j is refused', async (args, code, message) => {
  const home = folder({ 'empty.txt': '\n' });
  const ended = await serin(undefined, args, { env: { SERIN_HOME: home.path, HOME: home.path }, cwd: home.path });
  home.remove();
  expect(ended.err).toMatch(message);
  expect([ended.code, ended.out]).toEqual([code, '']);
});
