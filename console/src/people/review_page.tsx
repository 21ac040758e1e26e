import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { access } from '../api/routes';
import type { Review, ReviewItem } from '../api/types';
import { Fact } from '../elements/facts';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { ReasonDialog } from '../elements/reason_dialog';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ThingName } from './held_panel';
import { PrivilegedMark } from './marks';
import { BackTo } from './people_tabs';
import { RightName } from './request_marks';
import { ReviewProgress } from './reviews_page';

type Decision = 'keep' | 'remove';

// Each right that was held when the review was opened, to be kept or removed.
export function ReviewPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const review = useQuery({ queryKey: ['reviews', id], queryFn: () => access.review(id) });
  const items = useQuery({
    queryKey: ['reviews', id, 'items'],
    queryFn: () => access.reviewItems(id),
  });
  return (
    <Page
      title={review.data?.name ?? t('review')}
      lead={t('review.lead')}
      above={<BackTo at="reviews" />}
    >
      <Answer query={review}>
        {(found) => (
          <>
            <Facts review={found} />
            <Panel title={t('review.items')} flush>
              <Answer query={items}>{(all) => <ItemTable review={found} items={all} />}</Answer>
            </Panel>
          </>
        )}
      </Answer>
    </Page>
  );
}

function Facts({ review }: { review: Review }) {
  const { t, count } = useSpeech();
  return (
    <Panel>
      <dl className="facts">
        <Fact term={t('reviews.progress')}>
          <ReviewProgress review={review} />
        </Fact>
        <Fact term={t('reviews.scope')}>{t(`reviews.scope.${review.scope}`)}</Fact>
        <Fact term={t('reviews.due')}>
          <Moment us={review.due_us} />
        </Fact>
        <Fact term={t('review.again')}>
          {review.repeat_days === 0 ? t('review.once') : count('review.every', review.repeat_days)}
        </Fact>
      </dl>
    </Panel>
  );
}

function ItemTable({ review, items }: { review: Review; items: ReviewItem[] }) {
  const { t } = useSpeech();
  const who = useWho();
  const [deciding, setDeciding] = useState<{ item: ReviewItem; decision: Decision } | null>(null);
  // Nobody decides about what it holds itself.
  const mayDecide = may(who, 'iam:DecideReview') && review.completed_us === null;
  const isOpen = (item: ReviewItem) =>
    mayDecide && item.decision === 'pending' && item.grant.user !== who.user.id;
  if (items.length === 0) return <Empty icon="audit" title={t('review.items.none')} />;
  return (
    <>
      <Table
        columns={[
          t('request.holder'),
          t('request.right'),
          t('rights.since'),
          t('review.last_used'),
          t('request.decision'),
        ]}
        acts={mayDecide}
        label={t('review.items')}
      >
        {items.map((item) => (
          <tr key={item.id}>
            <th scope="row" className="disk-cell wrap-anywhere">
              {item.grant.assumable_role === null ? (
                item.grant.holder
              ) : (
                <ThingName
                  kind="assumed-roles"
                  id={item.grant.assumable_role}
                  name={item.grant.holder}
                />
              )}
            </th>
            <td>
              <span className="row">
                <RightName right={item.grant} />
                <PrivilegedMark privileged={item.grant.privileged} />
              </span>
              <span className="soft">{t(`request.kind.${item.grant.kind}`)}</span>
            </td>
            <td>
              <Moment us={item.grant.since_us} />
            </td>
            <td>
              <Moment us={item.last_used_us} />
            </td>
            <td>
              <Decided item={item} />
            </td>
            {mayDecide && (
              <td>
                {isOpen(item) && (
                  <Acts item={item} onDecide={(decision) => setDeciding({ item, decision })} />
                )}
              </td>
            )}
          </tr>
        ))}
      </Table>
      {deciding !== null && (
        <DecideItem review={review} {...deciding} onClose={() => setDeciding(null)} />
      )}
    </>
  );
}

function Decided({ item }: { item: ReviewItem }) {
  const { t } = useSpeech();
  return (
    <>
      <span className="row">
        {t(`review.decision.${item.decision}`)}
        {item.alarm !== null && (
          <span className="chip" data-tone="stale">
            <Icon name="error" size={14} />
            {t('review.last_administrator')}
          </span>
        )}
      </span>
      {item.decided_by_name !== null && (
        <span className="soft">
          {item.decided_by_name}, <Moment us={item.decided_us} />
        </span>
      )}
      {item.reason !== '' && <span className="soft wrap-anywhere"> {item.reason}</span>}
    </>
  );
}

function Acts({ item, onDecide }: { item: ReviewItem; onDecide: (decision: Decision) => void }) {
  const { t } = useSpeech();
  const named = { name: item.grant.name, holder: item.grant.holder };
  return (
    <span className="row row-actions">
      {(['keep', 'remove'] as const).map((decision) => (
        <Button
          key={decision}
          size="compact-sm"
          variant="default"
          aria-label={t(`review.${decision}.of`, named)}
          onClick={() => onDecide(decision)}
        >
          {t(`review.${decision}`)}
        </Button>
      ))}
    </span>
  );
}

function DecideItem({
  review,
  item,
  decision,
  onClose,
}: {
  review: Review;
  item: ReviewItem;
  decision: Decision;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  return (
    <ReasonDialog
      title={t(`review.${decision}`)}
      label={t('request.decision_reason')}
      onReason={async (reason) => {
        await access.decideItem(review.id, item.id, decision, reason);
        await askAgain(queries, ['reviews']);
      }}
      onClose={onClose}
    >
      <p>{t(`review.${decision}.ask`, { holder: item.grant.holder })}</p>
      <p>
        <strong>
          <RightName right={item.grant} />
        </strong>
      </p>
    </ReasonDialog>
  );
}
