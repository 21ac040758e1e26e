import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { annex } from '../api/routes';
import type { Measure, Verdict } from '../api/types';
import { Icon } from '../elements/icon';
import { Page } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { SectionPanel } from './section_panel';
import { matches, sectionsOf, tally, verdicts, type Filter, type PartyFilter } from './standing';
import { sectionTitle } from './verdict';
import classes from './annex.module.css';

export function AnnexPage() {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['annex'], queryFn: annex.all, refetchInterval: 15_000 });
  return (
    <Page
      title={t('annex.title')}
      lead={t('annex.lead')}
      actions={
        <>
          {may(who, 'registers:ListEntries') && (
            <Button component="a" href="#/registers/documents" variant="default">
              {t('registers.link')}
            </Button>
          )}
          {may(who, 'attestation:ListAttestations') && (
            <Button component="a" href="#/attestations" variant="default">
              {t('attestations.link')}
            </Button>
          )}
        </>
      }
    >
      <Answer query={query}>{(measures) => <Annex measures={measures} />}</Answer>
    </Page>
  );
}

function Annex({ measures }: { measures: Measure[] }) {
  const speech = useSpeech();
  const { t } = speech;
  const [filter, setFilter] = useState<Filter>({ party: 'all', verdict: 'all', words: '' });
  const ofParty = useMemo(
    () => measures.filter((each) => matches(each, { ...filter, verdict: 'all' })),
    [measures, filter],
  );
  const sections = useMemo(
    () => sectionsOf(ofParty.filter((each) => matches(each, filter))),
    [ofParty, filter],
  );
  const isFiltered = filter.verdict !== 'all' || filter.words !== '';
  return (
    <>
      <Standing
        measures={ofParty}
        chosen={filter.verdict}
        onChoose={(verdict) => setFilter({ ...filter, verdict })}
      />
      <div className={classes.filters} role="search" aria-label={t('annex.filters')}>
        <SegmentedControl
          aria-label={t('annex.party')}
          value={filter.party}
          onChange={(party) => setFilter({ ...filter, party: party as PartyFilter })}
          data={(['all', 'provider', 'client'] as const).map((party) => ({
            value: party,
            label: t(`party.${party}`),
          }))}
        />
        <TextInput
          className={classes.words ?? ''}
          aria-label={t('annex.words')}
          placeholder={t('annex.words')}
          leftSection={<Icon name="search" size={16} />}
          value={filter.words}
          onChange={(event) => setFilter({ ...filter, words: event.currentTarget.value })}
        />
        {isFiltered && (
          <button
            type="button"
            className="link"
            onClick={() => setFilter({ party: filter.party, verdict: 'all', words: '' })}
          >
            {t('annex.unfilter')}
          </button>
        )}
      </div>
      {sections.length === 0 ? (
        <section className="panel">
          <Empty icon="search" title={t('annex.nothing')} />
        </section>
      ) : (
        <div className={classes.columns}>
          <nav className={classes.contents} aria-label={t('annex.sections')}>
            <ul>
              {sections.map((section) => (
                <li key={section.id}>
                  <button
                    type="button"
                    onClick={() => {
                      const target = document.getElementById(`section-${section.id}`);
                      target?.scrollIntoView();
                      target?.focus({ preventScroll: true });
                    }}
                  >
                    <span className={classes.contentsNumber}>§{section.id}</span>
                    <span>{sectionTitle(speech, section.id)}</span>
                    <Dots section={section.bound} />
                  </button>
                </li>
              ))}
            </ul>
          </nav>
          <div className="stack">
            {sections.map((section) => (
              <SectionPanel key={section.id} section={section} open={isFiltered} />
            ))}
          </div>
        </div>
      )}
    </>
  );
}

// How the section stands at a glance; the words are in the section itself.
function Dots({ section }: { section: Measure[] }) {
  return (
    <span className={classes.dots} aria-hidden="true">
      {section.map((measure) => (
        <span key={measure.id} data-verdict={measure.verdict} />
      ))}
    </span>
  );
}

// All promises as one bar, and one button a verdict.
function Standing({
  measures,
  chosen,
  onChoose,
}: {
  measures: Measure[];
  chosen: Verdict | 'all';
  onChoose: (verdict: Verdict | 'all') => void;
}) {
  const { t, count, number } = useSpeech();
  const counts = tally(measures);
  return (
    <section className={`panel ${classes.standing ?? ''}`} aria-label={t('annex.standing')}>
      <p className={classes.sentence}>
        {count('annex.sentence', counts.pass, { of: number(measures.length) })}
      </p>
      <div className={classes.measureBar} aria-hidden="true">
        {verdicts.map(
          (verdict) =>
            counts[verdict] > 0 && (
              <span key={verdict} data-verdict={verdict} style={{ flexGrow: counts[verdict] }} />
            ),
        )}
      </div>
      <div className={classes.verdicts}>
        {verdicts.map((verdict) => (
          <button
            key={verdict}
            type="button"
            data-verdict={verdict}
            aria-pressed={chosen === verdict}
            onClick={() => onChoose(chosen === verdict ? 'all' : verdict)}
          >
            <span className={classes.sign}>
              <Icon name={verdict} size={15} />
            </span>
            <strong>{number(counts[verdict])}</strong>
            <span>{t(`verdict.${verdict}`)}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
