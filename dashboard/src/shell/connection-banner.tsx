import { useEffect, useRef, useState, type ReactNode } from 'react';
import { readSession } from '../api/calls.js';
import { useAnnounce } from '../components/announcer.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { useConnection, useLive } from '../live/live-context.js';
import { browserTicking } from '../live/ticking.js';
import { useSession } from './session-context.js';
import { shellTexts } from './shell-texts.js';

/** A loss that is over sooner is not worth a word. */
const PATIENCE = 1_500;

/** Says that the connection is lost and since when, that it is back, and that the server is another version now. */
export function ConnectionBanner(): ReactNode {
  const say = useTexts(shellTexts);
  const formats = useFormats();
  const announce = useAnnounce();
  const live = useLive();
  const { session } = useSession();
  const connection = useConnection();
  const [shown, setShown] = useState(false);
  const [version, setVersion] = useState(session.version);
  const wasLost = useRef(false);

  useEffect(() => {
    if (connection.state === 'lost') return browserTicking.after(PATIENCE, () => setShown(true));
    setShown(false);
    return undefined;
  }, [connection.state]);
  useEffect(() => {
    if (shown) wasLost.current = true;
    if (shown || !wasLost.current || connection.state !== 'live') return;
    wasLost.current = false;
    announce(say('backAgain'));
    // Who came back may be another build, whose page this is not any more.
    readSession(live.client).then((now) => {
      live.client.setSession(now);
      setVersion(now.version);
    }, () => undefined);
  }, [shown, connection.state, announce, say, live]);

  const lost = shown && connection.state === 'lost';
  if (lost) {
    return (
      <div className="float tone-bad">
        <Icon name="lost" />
        <span>{say('lostSince', { time: formats.time(connection.since) })}</span>
        <Button small icon="retry" onClick={live.retryNow}>{say('retryNow')}</Button>
      </div>
    );
  }
  if (version === session.version) return null;
  return (
    <div className="float tone-run">
      <Icon name="retry" />
      <span>{say('newVersion', { version })}</span>
      <Button small onClick={() => window.location.reload()}>{say('reload')}</Button>
    </div>
  );
}
