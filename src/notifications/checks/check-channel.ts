import { serinResources } from '../../model/resources.js';
import { notificationEvents, type NotificationChannel, type NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import { nearestName } from '../../model/suggestion.js';
import { CHAT_USERS_ANNOTATION, isPerson } from '../callbacks/chat-users.js';
import { escapeFor, fillTemplate, inJson, secretKeysIn, templateNames, unknownNames } from '../texts/template.js';

/** What is wrong with a channel that its schema lets pass; all at once. */
export function checkChannel({ kind, spec }: NotificationChannel): PolicyProblem[] {
  const isClusterWide = kind === serinResources.clusterNotificationChannels.kind;
  return [...secretProblems(spec, isClusterWide), ...placeProblems(spec), ...webhookProblems(spec), ...userProblems(spec, isClusterWide)];
}

function secretProblems(spec: NotificationChannelSpec, isClusterWide: boolean): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const need = neededKeys(spec);
  if (spec.secret === undefined && need.length > 0) problems.push({ path: ['spec', 'secret'], problem: `is missing: the channel needs ${need.join(' and ')}.`, remedy: 'Name the Secret that has it.' });
  if (isClusterWide && spec.secret !== undefined && spec.secretNamespace === undefined) problems.push({ path: ['spec', 'secretNamespace'], problem: 'is missing: a cluster-wide channel is in no namespace where its Secret could be.', remedy: 'Name the namespace of the Secret.' });
  if (!isClusterWide && spec.secretNamespace !== undefined) problems.push({ path: ['spec', 'secretNamespace'], problem: 'is for cluster-wide channels: this one reads Secrets of its own namespace only.', remedy: 'Leave it out.' });
  return problems;
}

/** What of the Secret nothing can be sent without, in words. */
function neededKeys({ slack, dingtalk, lark, email, webhook }: NotificationChannelSpec): string[] {
  if (slack) return [slack.channel === undefined ? 'the URL of an incoming webhook' : 'a bot token'];
  if (dingtalk) return ['the URL of the robot'];
  if (lark) return [lark.chat === undefined ? 'the URL of the bot' : 'the id and secret of the app'];
  if (email) return email.usernameKey === undefined && email.passwordKey === undefined ? [] : ['user and password'];
  if (!webhook) return [];
  const templates = [webhook.body ?? '', ...Object.values(webhook.bodies ?? {})];
  const keys = [webhook.headersKey, webhook.signKey, ...templates.flatMap(secretKeysIn)].flatMap((key) => (key === undefined ? [] : [`the key ${key}`]));
  return [...(webhook.url === undefined ? ['the URL'] : []), ...new Set(keys)];
}

function placeProblems({ slack, lark }: NotificationChannelSpec): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (slack && slack.channel === undefined && slack.tokenKey !== undefined) problems.push({ path: ['spec', 'slack', 'channel'], problem: 'is missing: a bot token does not say where to write.', remedy: 'Name the channel, such as C0123456789.' });
  if (slack?.urlKey !== undefined && slack.channel !== undefined) problems.push({ path: ['spec', 'slack', 'channel'], problem: 'has no meaning beside urlKey: an incoming webhook leads to one channel.', remedy: 'Leave one of them out.' });
  if (lark && lark.chat === undefined && (lark.appIdKey ?? lark.appSecretKey) !== undefined) problems.push({ path: ['spec', 'lark', 'chat'], problem: 'is missing: an app does not say where to write.', remedy: 'Name the chat, such as oc_….' });
  if (lark?.urlKey !== undefined && lark.chat !== undefined) problems.push({ path: ['spec', 'lark', 'chat'], problem: 'has no meaning beside urlKey: a custom bot leads to one group.', remedy: 'Leave one of them out.' });
  return problems;
}

function webhookProblems({ webhook }: NotificationChannelSpec): PolicyProblem[] {
  if (!webhook) return [];
  const bodies = Object.entries(webhook.bodies ?? {});
  const templates: [PolicyProblem['path'], string][] = [...(webhook.body === undefined ? [] : [[['spec', 'webhook', 'body'], webhook.body] as [PolicyProblem['path'], string]]), ...bodies.map(([event, text]): [PolicyProblem['path'], string] => [['spec', 'webhook', 'bodies', event], text])];
  const events: readonly string[] = notificationEvents;
  return [
    ...(webhook.url !== undefined && !URL.canParse(webhook.url) ? [{ path: ['spec', 'webhook', 'url'], problem: 'is no URL.', remedy: 'Write it as in https://hooks.example.com/serin.' }] : []),
    ...bodies.flatMap(([event]) => (events.includes(event) ? [] : [{ path: ['spec', 'webhook', 'bodies', event], problem: 'is no event.', remedy: meantOr(nearestName(event, events), `There are ${events.join(', ')}.`) }])),
    ...templates.flatMap(([path, text]) => unknownNames(text).map(({ name, meant }) => ({ path, problem: `nothing stands for {{${name}}}.`, remedy: meantOr(meant, `Known: ${Object.keys(templateNames).join(', ')}, secret.KEY.`) }))),
    ...templates.flatMap(([path, text]) => jsonProblem(path, text, webhook.contentType ?? 'application/json')),
  ];
}

const meantOr = (meant: string | undefined, remedy: string): string => (meant === undefined ? remedy : `Did you mean ${meant}?`);

/** Whether a template becomes JSON, tried with a text for each name. */
function jsonProblem(path: PolicyProblem['path'], text: string, contentType: string): PolicyProblem[] {
  if (escapeFor(contentType) !== inJson) return [];
  const values = Object.fromEntries([...Object.keys(templateNames), ...unknownNames(text).map(({ name }) => name)].map((name) => [name, '1']));
  try {
    JSON.parse(fillTemplate(text, values, inJson, () => '1'));
    return [];
  } catch (error) {
    return [{ path, problem: `does not become JSON: ${error instanceof Error ? error.message : String(error)}.`, remedy: 'Put names in braces between double quotes, or say another contentType.' }];
  }
}

function userProblems({ users, slack, lark }: NotificationChannelSpec, isClusterWide: boolean): PolicyProblem[] {
  if (!users || users.length === 0) return [];
  const twice = users.flatMap(({ chat }, index) => (users.findIndex((each) => each.chat === chat) < index ? [{ path: ['spec', 'users', index, 'chat'], problem: `"${chat}" stands there twice.`, remedy: 'Say once who that is on the cluster.' }] : []));
  const own = users.flatMap(({ user, groups = [] }, index) => [user, ...groups].filter((name) => !isPerson(name)).map((name) => ({ path: ['spec', 'users', index], problem: `nobody stands for "${name}" in a chat.`, remedy: 'Name a user, or a group, that does not begin with system:.' })));
  const warn = (problem: string, remedy: string): PolicyProblem[] => [{ path: ['spec', 'users'], problem, remedy, severity: 'warning' }];
  if (slack?.channel === undefined && lark?.chat === undefined) return [...twice, ...own, ...warn('have nothing to answer: the messages of this channel have no buttons.', 'Leave them out, or use a Slack app or a Lark app.')];
  return [...twice, ...own, ...(isClusterWide ? [] : warn(`count only where an administrator annotates the Namespace with ${CHAT_USERS_ANNOTATION}: "true".`, 'Or write a ClusterNotificationChannel.'))];
}
