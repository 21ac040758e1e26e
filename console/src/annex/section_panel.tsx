import { useState } from 'react';
import type { Measure } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { useSpeech } from '../language/speech';
import type { Section } from './standing';
import { ProofTag, sectionTitle, standing, textOf, VerdictChip } from './verdict';
import classes from './annex.module.css';

// One section: the promises that have a check, one a line; those without, folded under their
// number.
export function SectionPanel({ section, open }: { section: Section; open: boolean }) {
  const speech = useSpeech();
  const { count } = speech;
  const [unfolded, setUnfolded] = useState(false);
  const shows = unfolded || open;
  return (
    <section className="panel" aria-labelledby={`section-${section.id}`}>
      <h2 className={classes.sectionTitle} id={`section-${section.id}`} tabIndex={-1}>
        <span className={classes.sectionNumber}>§{section.id}</span>
        {sectionTitle(speech, section.id)}
      </h2>
      {section.bound.length > 0 && (
        <ul className={classes.measures}>
          {section.bound.map((measure) => (
            <MeasureLine key={measure.id} measure={measure} />
          ))}
        </ul>
      )}
      {section.unbound.length > 0 && (
        <div className={classes.unbound}>
          <button
            type="button"
            className={classes.unfold}
            aria-expanded={shows}
            disabled={open}
            onClick={() => setUnfolded(!unfolded)}
          >
            <span className={classes.unfoldSign} data-open={shows}>
              <Icon name="next" size={13} />
            </span>
            {count('annex.unbound', section.unbound.length)}
          </button>
          {shows && (
            <ul className={classes.ids}>
              {section.unbound.map((measure) => (
                <li key={measure.id}>
                  <a href={`#/annex/${measure.id}`} className="mono">
                    {measure.id}
                  </a>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </section>
  );
}

function MeasureLine({ measure }: { measure: Measure }) {
  const speech = useSpeech();
  return (
    <li className={classes.measure} data-verdict={measure.verdict}>
      <div className={classes.chipCell}>
        <VerdictChip verdict={measure.verdict} />
      </div>
      <div className={classes.measureText}>
        <a href={`#/annex/${measure.id}`}>{textOf(speech, measure)}</a>
        {measure.reason !== '' && <p className={classes.reason}>{measure.reason}</p>}
        <p className={classes.small}>
          <span className="mono">{measure.id}</span>
          <ProofTag proof={measure.proof} />
          {measure.party === 'client' && <span className="tag">{speech.t('party.client')}</span>}
          <span>{standing(speech, measure)}</span>
          {measure.checked_at_us !== null && <Moment us={measure.checked_at_us} />}
        </p>
      </div>
    </li>
  );
}
