import type { AnalysisRun } from '../../../frontends/argo/kinds/analysis.js';
import type { SecretReader } from '../../../metrics/requesting/secret-reader.js';

/** Reads the arguments of a run that come from Secrets, by name, as the Secrets are now. @throws MissingSecret */
export async function secretArguments({ spec, metadata }: AnalysisRun, secrets: SecretReader, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const namespace = metadata.namespace ?? '';
  const wanted = (spec.args ?? []).flatMap(({ name, value, valueFrom }) => (value === undefined && valueFrom?.secretKeyRef ? [{ name, ref: valueFrom.secretKeyRef }] : []));
  for (const { ref } of wanted) secrets.doubt(namespace, ref.name);
  return new Map(await Promise.all(wanted.map(async ({ name, ref }) => [name, await secrets.read(namespace, { secret: ref.name, key: ref.key }, signal)] as const)));
}
