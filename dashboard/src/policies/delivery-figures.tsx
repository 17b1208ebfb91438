import type { ReactNode } from 'react';
import type { Delivery } from '../api/types.js';
import { useFormats, useTexts } from '../i18n/i18n-context.js';
import { policyTexts } from './policy-texts.js';

/** The four delivery metrics, each with what it means, and how many users were hurt. */
export function DeliveryFigures({ delivery }: { delivery: Delivery }): ReactNode {
  const say = useTexts(policyTexts);
  const formats = useFormats();
  const seconds = (value: number | undefined): string => (value === undefined ? say('unknown') : formats.duration(value));
  const figures = [
    [say('often'), say('oftenValue', { count: Math.round(delivery.perWeek * 10) / 10 }), say('oftenMeans')],
    [say('long'), seconds(delivery.medianSeconds), say('longMeans')],
    [say('takenBack'), delivery.takenBackShare === undefined ? say('unknown') : formats.ratio(Math.round(delivery.takenBackShare * 1000) / 1000), say('takenBackMeans', { count: delivery.takenBack })],
    [say('recovery'), seconds(delivery.medianRecoverySeconds), say('recoveryMeans')],
  ] as const;
  return (
    <section className="stack tight" aria-labelledby="delivery">
      <h2 id="delivery">{say('delivery')}</h2>
      <p className="soft small">
        {delivery.releases === 0 ? say('noneEnded') : say('since', { count: formats.count(delivery.releases), since: formats.dateTime(delivery.since) })}
        {delivery.releases === 0 ? null : ` ${delivery.usersHurt === 0 ? say('hurtNone') : say('hurt', { count: delivery.usersHurt, number: formats.count(delivery.usersHurt) })}`}
      </p>
      <ul className="delivery">
        {figures.map(([name, value, means]) => (
          <li key={name} className="card">
            <h3 className="soft small">{name}</h3>
            <p className="figure">{value}</p>
            <p className="small soft">{means}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
