import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { access } from '../api/routes';
import type { Review } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { OpenReview } from './open_review';
import { PeopleTabs } from './people_tabs';

export function ReviewsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [opening, setOpening] = useState(false);
  const query = useQuery({ queryKey: ['reviews'], queryFn: access.reviews });
  const open = may(who, 'iam:OpenReview') && (
    <Button leftSection={<Icon name="plus" />} onClick={() => setOpening(true)}>
      {t('reviews.open')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.reviews')}
      lead={t('reviews.lead')}
      actions={open}
    >
      <PeopleTabs at="reviews" />
      <Panel title={t('people.reviews')} flush>
        <Answer query={query}>
          {(reviews) =>
            reviews.length === 0 ? (
              <Empty icon="audit" title={t('reviews.none')}>
                {t('reviews.none.todo')}
              </Empty>
            ) : (
              <ReviewTable reviews={reviews} />
            )
          }
        </Answer>
      </Panel>
      {opening && <OpenReview onClose={() => setOpening(false)} />}
    </Page>
  );
}

function ReviewTable({ reviews }: { reviews: Review[] }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('reviews.name'),
        t('reviews.scope'),
        t('reviews.opened'),
        t('reviews.due'),
        t('reviews.progress'),
      ]}
    >
      {reviews.map((review) => (
        <tr key={review.id}>
          <th scope="row" className="disk-cell">
            <a href={`#/people/reviews/${review.id}`} className="wrap-anywhere">
              {review.name}
            </a>
          </th>
          <td>{t(`reviews.scope.${review.scope}`)}</td>
          <td>
            <Moment us={review.opened_us} />
          </td>
          <td>
            <Moment us={review.due_us} />
          </td>
          <td>
            <ReviewProgress review={review} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

// How many of the rights are decided, and whether any could not be removed.
export function ReviewProgress({ review }: { review: Review }) {
  const { t, count } = useSpeech();
  const decided = review.items - review.pending;
  return (
    <span className="row">
      {review.completed_us === null ? (
        <>
          <progress
            max={Math.max(1, review.items)}
            value={decided}
            aria-label={t('reviews.progress')}
          />
          {count('reviews.decided', decided, { of: review.items })}
        </>
      ) : (
        <span className="chip" data-tone="accent">
          <Icon name="pass" size={14} />
          {t('reviews.completed')}
        </span>
      )}
      {review.alarms > 0 && (
        <span className="chip" data-tone="stale">
          <Icon name="error" size={14} />
          {count('reviews.alarms', review.alarms)}
        </span>
      )}
    </span>
  );
}
