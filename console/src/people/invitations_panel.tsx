import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { invitations } from '../api/routes';
import type { Invitation } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Copyable } from '../elements/copyable';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer, Failure } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';

// Who was invited and has not come yet, and what became of the mail.
export function InvitationsPanel({ tenant }: { tenant: string }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['invitations', tenant],
    queryFn: () => invitations.list(tenant),
  });
  const send = useMutation({
    mutationFn: (id: string) => invitations.send(id),
    onSuccess: () => askAgain(queries, ['invitations']),
  });
  const waiting = query.data?.filter(({ state }) => state !== 'accepted');
  if (query.error === null && (waiting === undefined || waiting.length === 0)) return null;
  return (
    <Panel title={t('invitations.title')} flush>
      {send.isError && (
        <div className="panel-body">
          <Failure error={send.error} />
        </div>
      )}
      {send.data?.link && (
        <div className="panel-body">
          <InvitationLink link={send.data.link} />
        </div>
      )}
      <Answer query={query}>
        {() => <InvitationTable invited={waiting ?? []} onSend={(id) => send.mutate(id)} />}
      </Answer>
    </Panel>
  );
}

// Where no mail goes out, the link is handed on by hand.
export function InvitationLink({ link }: { link: string }) {
  const { t } = useSpeech();
  return (
    <div className="once" role="status">
      <p>{t('invitations.link')}</p>
      <Copyable label={t('invitations.link.label')} value={link} />
    </div>
  );
}

function InvitationTable({
  invited,
  onSend,
}: {
  invited: Invitation[];
  onSend: (id: string) => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<Invitation | null>(null);
  const maySend = may(who, 'iam:SendInvitation');
  const mayWithdraw = may(who, 'iam:WithdrawInvitation');
  return (
    <>
      <Table
        columns={[
          t('user.email'),
          t('user.role'),
          t('request.state'),
          t('invitations.mail'),
          t('invitations.by'),
        ]}
        acts={maySend || mayWithdraw}
        label={t('invitations.title')}
      >
        {invited.map((each) => (
          <tr key={each.id}>
            <th scope="row" className="disk-cell wrap-anywhere">
              {each.email}
            </th>
            <td>{t(`role.${each.role}`)}</td>
            <td>
              {t(`invitations.state.${each.state}`)}{' '}
              {each.state === 'open' && <Moment us={each.expires_us} />}
            </td>
            <td>
              {t(`invitations.mail.${each.mail.state}`)}
              {each.mail.answer !== '' && (
                <span className="soft wrap-anywhere"> {each.mail.answer}</span>
              )}
            </td>
            <td>{each.invited_by_name}</td>
            {(maySend || mayWithdraw) && (
              <td>
                <span className="row row-actions">
                  {maySend && (each.state === 'open' || each.state === 'expired') && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={t('invitations.send.to', { email: each.email })}
                      onClick={() => onSend(each.id)}
                    >
                      {t('invitations.send')}
                    </Button>
                  )}
                  {mayWithdraw && each.state === 'open' && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={t('invitations.withdraw.of', { email: each.email })}
                      onClick={() => setDoomed(each)}
                    >
                      <Icon name="remove" size={14} />
                    </Button>
                  )}
                </span>
              </td>
            )}
          </tr>
        ))}
      </Table>
      {doomed !== null && (
        <Confirm
          title={t('invitations.withdraw')}
          action={t('invitations.withdraw')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await invitations.withdraw(doomed.id);
            await askAgain(queries, ['invitations']);
          }}
        >
          {t('invitations.withdraw.ask', { email: doomed.email })}
        </Confirm>
      )}
    </>
  );
}
