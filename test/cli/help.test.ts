import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/cli/commands/catalogue.js';
import { Driver } from '../driver/driver.js';
import { setImage, settle, untilPhase } from '../driver/program.js';
import { serin } from './driven-shell.js';
import { deploymentText, documents, folder, policyText, routeText, serviceText } from './files.js';

const VERBS = [
  'apply', 'lint', 'plan', 'get', 'status', 'explain', 'evidence', 'history', 'calibrate', 'wait', 'routers', 'promote', 'pause', 'resume', 'approve', 'approvals', 'retry', 'restart', 'hotfix', 'reject', 'abort', 'rollback', 'adopt', 'eject', 'completion',
] as const;
const helpOf = async (verb: string): Promise<string> => (await serin(undefined, [verb, '--help'])).out;
const examplesIn = (help: string): string[] => help.split('\n').flatMap((line) => (line.startsWith('  $ ') ? [line.slice(4)] : []));

describe('help', () => {
  it('lists the commands', async () => {
    const { out, code } = await serin(undefined, ['--help']);
    expect(code).toBe(0);
    const listed = [...(out.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}(\w+) .*\w/gm)].map(([, name]) => name);
    expect(listed).toEqual(catalogue.flatMap(({ commands }) => Object.keys(commands)));
    expect(listed).toEqual(expect.arrayContaining([...VERBS]));
  });

  it.each(['0', '-1', '1.5', 'many'])('refuses %s as a number of releases at once', async (value) => {
    const { code, err } = await serin(undefined, ['controller', `--max-releases-per-namespace=${value}`]);
    expect(code).toBe(2);
    expect(err).toContain('It is a number of releases, at least 1.');
  });

  it('explains a command, with examples', async () => {
    expect(await helpOf('wait')).toMatchInlineSnapshot(`
      "Usage: serin wait [options] <policy|release>

      Wait until a release has ended as wanted; for scripts.

      Arguments:
        policy|release          a policy means its release under way, or the one that
                                a change just made will start

      Options:
        --for <end>             the end to wait for (choices: "completed", "aborted",
                                "ended", default: "completed")
        --timeout <duration>    how long, as in 90s or 10m (default: "10m")
        -n, --namespace <name>  the namespace (default: the context's)
        --kubeconfig <file>     kubeconfig file (default: $KUBECONFIG, then
                                ~/.kube/config)
        --context <name>        context of the kubeconfig
        --local [name]          the local cluster of this name (default: "default")
                                instead of a kubeconfig
        -h, --help              display help for command

      Exit codes: 0 ended as wanted, 3 taken back instead, 4 not ended in time, 1 anything else.
      What happens meanwhile is printed to the standard error.

      Examples:
        $ serin wait web --for=completed --timeout 15m
        $ serin wait web --for=ended

      "
    `);
    expect(await helpOf('apply')).toMatchInlineSnapshot(`
      "Usage: serin apply [options]

      Create or change objects from manifests; nothing is changed when one of them
      cannot work.

      Options:
        -f, --filename <place...>  file, folder, or - for the standard input
        --dry-run                  let the server check everything, change nothing
        --force-conflicts          take over fields that somebody else has set
        -n, --namespace <name>     the namespace (default: the context's)
        --kubeconfig <file>        kubeconfig file (default: $KUBECONFIG, then
                                   ~/.kube/config)
        --context <name>           context of the kubeconfig
        --local [name]             the local cluster of this name (default: "default")
                                   instead of a kubeconfig
        -o, --output <format>      format of the output (choices: "json", "yaml")
        -h, --help                 display help for command

      By server-side apply, with the field manager serin-cli; namespaces and definitions of kinds come first, policies last.

      Examples:
        $ serin apply -f policy.yaml
        $ serin apply -f manifests/ --dry-run
        $ serin apply -n shop -f app.yaml -f policy.yaml

      "
    `);
    expect((await serin(undefined, ['help', 'wait'])).out).toBe(await helpOf('wait'));
  });

  it('documents exit codes', async () => {
    expect((await serin(undefined, ['help', 'exit-codes'])).out).toMatchInlineSnapshot(`
      "CODE   MEANING
      0      done; for wait: ended as wanted
      1      it could not be done, or lint or plan found an error
      2      the command line is wrong
      3      wait: the release was taken back
      4      wait: it had not ended in time
      130    stopped by Ctrl-C
      "
    `);
  });

  it('suggests what was probably meant', async () => {
    const command = await serin(undefined, ['staus', 'web']);
    expect(command.code).toBe(2);
    expect(command.err).toContain("error: unknown command 'staus'\n(Did you mean status?)");
    const option = await serin(undefined, ['status', 'web', '--wacth']);
    expect(option.code).toBe(2);
    expect(option.err).toContain("error: unknown option '--wacth'\n(Did you mean --watch?)");
    const topic = await serin(undefined, ['help', 'exit-code']);
    expect(topic).toMatchObject({ code: 2, err: 'serin: there is no command or topic "exit-code". Did you mean exit-codes?\n' });
    expect((await serin(undefined, ['apply'])).err).toContain("required option '-f, --filename <place...>' not specified");
    expect((await serin(undefined, ['get', '-o', 'xml'])).err).toContain('Allowed choices are table, wide, json, yaml.');
  });
});

describe('examples in help', () => {
  let driver: Driver;
  let files: ReturnType<typeof folder>;
  beforeAll(async () => {
    files = folder({
      'policy.yaml': policyText(), 'app.yaml': documents(deploymentText(), serviceText, routeText),
      'manifests/all.yaml': documents(policyText(), deploymentText(), serviceText, routeText),
    });
    driver = new Driver();
    await driver.start();
    await settle(driver);
    await setImage(driver, 'web:v2');
    await untilPhase(driver, ['Progressing']);
  });
  afterAll(async () => {
    files.remove();
    await driver.stop();
  });

  it.each(VERBS)('run as they stand: %s', async (verb) => {
    const examples = examplesIn(await helpOf(verb));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const [, piped, line] = /^(?:cat (\S+) \| )?serin (.*)$/.exec(example) ?? [];
      const stopping = new AbortController();
      if (example.includes('--watch')) void driver.clock.sleep(5000).then(() => stopping.abort());
      const { code, err } = await serin(driver, (line ?? '').split(' '), { cwd: files.path, signal: stopping.signal, ...(piped === undefined ? {} : { stdin: policyText() }) });
      // Not every example can succeed in one and the same moment; but none is a wrong command line or a fault.
      expect(err, example).not.toMatch(/^error:|\n {4}at /);
      expect([0, 1, 3], `${example}\n${err}`).toContain(code);
    }
  });
});
