import type { Template } from './recogniser.js';

const judged = (id: string, en: string, zh: string): Template => ({ id: `judged.${id}`, en, zh });

/** Both for one request and for several. */
const ofRequests = (id: string, before: string, after: string, zh: string): Template[] =>
  ['requests', 'request'].map((word) => judged(`${id}.${word}`, `${before} of {requests} ${word}${after}`, zh));

/** A verdict with its confidence. */
const certain = (id: string, en: string, zh: string): Template => judged(id, `${en} with {confidence} confidence`, `${zh}，置信度 {confidence}`);
/** Undecided, and rather against the canary. */
const leaning = (id: string, en: string, zh: string): Template => judged(id, `${en}, which is not certain yet`, `${zh}，尚不确定`);
/** Undecided, also where it can be told how many requests it takes. */
const waiting = (id: string, en: string, zh: string): Template[] => [
  judged(id, en, zh),
  ...['requests', 'request'].map((word) => judged(`${id}.${word}`, `${en}; {seen} of about {wanted} ${word} that it takes`, `${zh}；约需 {wanted} 个请求，已有 {seen} 个`)),
];

const ALLOWED = ' ({slower} times as long is allowed)';
const ALLOWED_ZH = '（允许慢至 {slower} 倍）';

/** What the judge says of metrics (src/engine/judging/sentences.ts), but for conditions, whose words are the user's own. */
export const judgingSentences: readonly Template[] = [
  judged('none', 'no samples yet', '尚无样本'),
  judged('noneOfCanary', 'no samples of the canary yet', '尚无金丝雀版本的样本'),
  judged('fewOfStable', 'stable has answered too few requests to compare with', '稳定版本应答的请求太少，无法比较'),
  judged('unmeasured', 'not measured yet', '尚未测量'),
  ...ofRequests('rates', 'canary fails {canary}', ', stable {stable} of {others}; {conclusion}', '金丝雀版本 {requests} 个请求中失败 {canary}，稳定版本 {others} 个中失败 {stable}；{conclusion}'),
  ...ofRequests('rateLimit', 'canary fails {canary}', ', the limit is {bound}; {conclusion}', '金丝雀版本 {requests} 个请求中失败 {canary}，上限为 {bound}；{conclusion}'),
  judged('percentiles', '{percentile} of the canary {canary}, of stable {stable}; {conclusion}', '金丝雀版本的 {percentile} 为 {canary}，稳定版本为 {stable}；{conclusion}'),
  judged('percentileLimit', '{percentile} of the canary {canary}, the limit is {bound}; {conclusion}', '金丝雀版本的 {percentile} 为 {canary}，上限为 {bound}；{conclusion}'),
  judged('gauges', 'a canary Pod is at {canary} on average, a stable one at {stable}; {conclusion}', '金丝雀版本的 Pod 平均为 {canary}，稳定版本的为 {stable}；{conclusion}'),
  judged('gaugeLimit', 'a canary Pod is at {canary} on average, the limit is {bound}; {conclusion}', '金丝雀版本的 Pod 平均为 {canary}，上限为 {bound}；{conclusion}'),
  judged('blind', '{conclusion} (it cannot be told: no bucket reaches so far)', '{conclusion}（无法判断：没有桶覆盖到该值）'),
  judged('neverPasses', '{conclusion} (it can never pass: no bucket ends below it)', '{conclusion}（永远无法通过：没有桶在其之下结束）'),
  judged('unknown', 'unknown', '未知'),
  certain('timesWorse', 'at least {times} times worse', '至少为 {times} 倍'),
  certain('worse', 'worse', '更差'),
  certain('below', 'below {part}', '低于 {part}'),
  certain('timesAsBad', 'less than {times} times as bad', '不到 {times} 倍'),
  leaning('soFarWorse', 'so far worse', '目前更差'),
  ...waiting('soFarNoWorse', 'so far no worse', '目前并不更差'),
  certain('aboveIt', 'above it', '高于上限'),
  certain('belowIt', 'below it', '低于上限'),
  leaning('soFarAbove', 'so far above it', '目前高于上限'),
  ...waiting('soFarNotAbove', 'so far not above it', '目前未高于上限'),
  certain('slowRequests', 'at least {times} times as many slow requests', '慢请求至少为 {times} 倍'),
  certain('slowRequestsAllowed', `at least {times} times as many slow requests${ALLOWED}`, `慢请求至少为 {times} 倍${ALLOWED_ZH}`),
  certain('fewSlowRequests', 'less than {times} times as many slow requests', '慢请求不到 {times} 倍'),
  certain('fewSlowRequestsAllowed', `less than {times} times as many slow requests${ALLOWED}`, `慢请求不到 {times} 倍${ALLOWED_ZH}`),
  leaning('soFarSlower', 'so far slower', '目前更慢'),
  ...waiting('soFarNoSlower', 'so far no slower', '目前并不更慢'),
  judged('shifted', '{moved} with {confidence} confidence, by {part} of the requests at most', '{moved}，置信度 {confidence}，最多涉及 {part} 的请求'),
  judged('notShifted', 'not certainly {moved} so far (they differ by {part} of the requests at most)', '目前不能确定{moved}（最多相差 {part} 的请求）'),
  judged('slower', 'slower', '更慢'),
  judged('anotherDistribution', 'another distribution', '分布不同'),
  certain('oftenAbove', 'above it more often than not', '多数时候高于上限'),
  certain('oftenBelow', 'below it more often than not', '多数时候低于上限'),
  certain('oftenAboveStable', 'above {times} times a stable Pod more often than not', '多数时候高于稳定版本 Pod 的 {times} 倍'),
  certain('oftenBelowStable', 'below {times} times a stable Pod more often than not', '多数时候低于稳定版本 Pod 的 {times} 倍'),
  leaning('soFarHigher', 'so far higher', '目前更高'),
  ...waiting('soFarNoHigher', 'so far no higher', '目前并不更高'),
];
