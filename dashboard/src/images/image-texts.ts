import { defineTexts } from '../i18n/catalogue.js';

/** Texts of images that policies took up. */
export const imageTexts = defineTexts({
  title: { en: 'Images', zh: '镜像' },
  search: { en: 'Search image, tag, policy', zh: '搜索镜像、标签、策略' },
  counted: { en: 'Images shown: {shown} of {total}', zh: '共 {total} 个镜像，显示 {shown} 个' },
  noneTitle: { en: 'No images yet', zh: '还没有镜像' },
  none: { en: 'An ImagePolicy says which images a workload is to run. Then a registry or CI tells Serin of a new one:', zh: 'ImagePolicy 指定工作负载应运行哪些镜像。之后由镜像仓库或 CI 通知 Serin：' },
  noMatchTitle: { en: 'Nothing fits', zh: '没有符合条件的镜像' },
  from: { en: 'instead of {image}', zh: '替换 {image}' },
  by: { en: '{source}, {by}', zh: '{source}，{by}' },
  decide: { en: 'Decide', zh: '去处理' },
  release: { en: 'Release {name}', zh: '发布 {name}' },
});
