import { useId, useMemo, useState, type ReactNode } from 'react';
import type { WrittenObject } from '../api/types.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { aroundChanges, diffLines, markedLines, type DiffPart } from './line-diff.js';
import { releaseTexts } from './texts.js';
import { YamlLines } from './yaml-lines.js';

/** The objects that Serin wrote for a release, with what it changed in them. Each is drawn only once it is opened. */
export function ObjectsPanel({ objects }: { objects: readonly WrittenObject[] | undefined }): ReactNode {
  const say = useTexts(releaseTexts);
  return (
    <section className="release-panel" aria-labelledby="release-objects">
      <h2 id="release-objects">{say('objects')}</h2>
      {objects === undefined ? <p className="release-empty">{say('reading')}</p> : objects.length === 0 ? <p className="release-empty">{say('noObjects')}</p> : (
        <ul className="release-objects">{objects.map((object) => <li key={`${object.kind}/${object.namespace}/${object.name}`}><WrittenText object={object} /></li>)}</ul>
      )}
    </section>
  );
}

const VIEWS = ['now', 'before', 'difference'] as const;
type View = (typeof VIEWS)[number];

function WrittenText({ object }: { object: WrittenObject }): ReactNode {
  const say = useTexts(releaseTexts);
  const { count } = useFormats();
  const [open, setOpen] = useState(false);
  const { kind, name, namespace, before, changed } = object;
  const summary = before === undefined ? '' : changed.length === 0 ? say('unchanged') : say('changedLines', { count: changed.length, lines: count(changed.length) });
  return (
    <details className="release-object" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span className="release-object-kind">{kind}</span> <span className="release-name">{name}</span> <span className="soft">{namespace}</span>{' '}
        {summary === '' ? null : <span className="release-tag">{summary}</span>}
      </summary>
      {open ? <OpenedText object={object} /> : null}
    </details>
  );
}

function OpenedText({ object: { kind, name, yaml, before, changed } }: { object: WrittenObject }): ReactNode {
  const say = useTexts(releaseTexts);
  const group = useId();
  const [view, setView] = useState<View>('now');
  const parts = useMemo((): DiffPart[] => {
    if (view === 'now' || before === undefined) return [{ lines: markedLines(yaml, changed) }];
    const difference = diffLines(before, yaml);
    return view === 'difference' ? aroundChanges(difference) : [{ lines: difference.filter((line) => line.kind !== 'added') }];
  }, [view, yaml, before, changed]);
  return (
    <>
      {before === undefined ? null : (
        <fieldset className="release-views">
          <legend className="unseen">{say('whichText', { name })}</legend>
          {VIEWS.map((each) => (
            <label key={each}><input type="radio" name={group} checked={view === each} onChange={() => setView(each)} /> <span>{say(each)}</span></label>
          ))}
        </fieldset>
      )}
      <YamlLines label={say('yamlOf', { name: `${kind} ${name}` })} parts={parts} side={view === 'before' ? 'before' : 'after'} />
    </>
  );
}
