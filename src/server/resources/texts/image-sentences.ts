import type { Template } from '../../../model/recogniser.js';

const image = (id: string, en: string, zh: string): Template => ({ id: `image.${id}`, en, zh });

/** What ImageUpdates say of themselves (src/images/updates/advance.ts). */
export const imageSentences: readonly Template[] = [
  image('unseen', 'Waits for the controller to take notice.', '等待控制器处理。'),
  image('waitsFor', 'Waits for approval, {given} of {wanted}.', '等待批准（{given}/{wanted}）。'),
  image('waitsFrom', 'Waits for approval, {given} of {wanted} from {who}.', '等待 {who} 批准（{given}/{wanted}）。'),
  image('waitsUntil', 'Waits for approval, {given} of {wanted}, until {until}.', '等待批准（{given}/{wanted}），最晚至 {until}。'),
  image('waitsFromUntil', 'Waits for approval, {given} of {wanted} from {who}, until {until}.', '等待 {who} 批准（{given}/{wanted}），最晚至 {until}。'),
  image('overdue', 'Waits for approval, {given} of {wanted}; overdue since {until}.', '等待批准（{given}/{wanted}）；已于 {until} 超时。'),
  image('overdueFrom', 'Waits for approval, {given} of {wanted} from {who}; overdue since {until}.', '等待 {who} 批准（{given}/{wanted}）；已于 {until} 超时。'),
  image('blocked', 'Waits for approval, but {why}.', '等待批准，但{why}。'),
  image('approvedBy', 'Approved by {who}.', '已由 {who} 批准。'),
  image('approvedByNobody', 'Approved by nobody in time, as its policy has it.', '按策略规定，逾期无人决定即视为批准。'),
  image('rejectedBy', 'Rejected by {who}.', '已被 {who} 拒绝。'),
  image('expired', 'Nobody decided until {until}; {given} of {wanted} approvals were given.', '直至 {until} 仍无人决定；已有 {given} 个批准，共需 {wanted} 个。'),
  image('applied', '{workload} asks for {tag}.', '{workload} 已改用 {tag}。'),
  image('superseded', '{tag} came in its place ({update}).', '已由 {tag} 取代（{update}）。'),
  image('countsNoMore', 'It does not count any more: {why}.', '已不再适用：{why}。'),
  image('reported', '{why}: set {image} in git.', '{why}：请在 git 中设置 {image}。'),
  image('paused', 'Waits: its policy is paused (spec.paused).', '等待：其策略已暂停（spec.paused）。'),
  image('noContainer', 'Waits: no container runs {image} any more.', '等待：已没有容器运行 {image}。'),
  image('earlierPolicy', 'It is of an earlier ImagePolicy {policy}.', '它属于之前的 ImagePolicy {policy}。'),
];
