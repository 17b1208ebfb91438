import type { ReactNode } from 'react';
import type { PodView, ReleaseDetail, VersionDetail } from '../api/types.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { releaseTexts } from './texts.js';

/** Both versions with their images and Pods, stable beside canary. */
export function VersionsPanel({ release }: { release: ReleaseDetail }): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <section className="release-panel" aria-labelledby="release-versions">
      <h2 id="release-versions">{say('versions')}</h2>
      <div className="release-versions">{release.versions.map((version) => <Version key={version.role} version={version} hidden={release.podsHidden} />)}</div>
      {release.podsHidden ? <p className="release-empty">{say('podsHidden', { namespace: release.namespace })}</p> : null}
    </section>
  );
}

function Version({ version, hidden }: { version: VersionDetail; hidden: boolean }): ReactNode {
  const say = useTexts(releaseTexts);
  const { count } = useFormats();
  const { role, images, replicaSet, pods, ready, desired } = version;
  const digests = new Set(pods.flatMap(({ imageId }) => (imageId === '' ? [] : [imageId])));
  // What all of them run is said once.
  const [one] = digests.size === 1 ? digests : [];
  return (
    <article className="release-version" data-role={role} aria-label={say(role)}>
      <h3><i className="release-role" data-role={role} aria-hidden="true" />{say(role)}</h3>
      <ul className="release-images">{images.map((image) => <li key={image}><code>{image}</code></li>)}</ul>
      <p className="soft"><code>{replicaSet}</code></p>
      {one === undefined ? null : <p className="small soft">{say('runs')} <code>{one}</code></p>}
      {hidden ? null : <p><b>{say('podsReady', { ready: count(ready), desired: count(desired) })}</b></p>}
      {pods.length === 0 ? null : (
        <div className="release-scroll release-pods" role="region" aria-label={say('podTable', { role: say(role) })} tabIndex={0}>
          <ul>{pods.map((pod) => <Pod key={pod.name} pod={pod} told={images} known={one} />)}</ul>
        </div>
      )}
    </article>
  );
}

/** One Pod: its state in a word, what troubles it, and the digest that it really runs. */
function Pod({ pod, told, known }: { pod: PodView; told: readonly string[]; known: string | undefined }): ReactNode {
  const say = useTexts(releaseTexts);
  const { name, ready, phase, node, restarts, trouble, image, imageId } = pod;
  return (
    <li className="release-pod" data-ready={ready}>
      <p className="release-pod-line">
        <code className="release-name">{name}</code>
        <span className="release-pod-state">{ready ? say('ready') : say('notReadyPhase', { phase })}</span>
      </p>
      {trouble === undefined ? null : <p className="release-pod-trouble">{trouble}</p>}
      <p className="soft">
        {say('restartsCount', { count: restarts })}
        {node === undefined ? null : <> · {say('onNode', { node })}</>}
        {told.includes(image) ? null : <> · <code>{image}</code></>}
      </p>
      {imageId === '' || imageId === known ? null : <p className="soft release-digest"><code>{imageId}</code></p>}
    </li>
  );
}
