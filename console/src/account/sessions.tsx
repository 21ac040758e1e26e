import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { Session, User } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { browserOf } from './browser_name';

// Where the session was used besides where it was opened: its owner knows whether that was her.
function Elsewhere({ place }: { place: Session['places'][number] }) {
  const { t } = useSpeech();
  const isConfirmed = place.confirmed_us !== null;
  return (
    <div className="row">
      <span className="chip" data-tone={isConfirmed ? 'unknown' : 'stale'}>
        {t(isConfirmed ? 'account.sessions.also' : 'account.sessions.elsewhere')}
      </span>
      <span>{place.source_ip}</span>
      <span className="soft">{browserOf(place.user_agent) ?? t('account.sessions.unknown')}</span>
    </div>
  );
}

// One's own, or those of another user.
export function SessionsPanel({ user }: { user?: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const id = user?.id ?? who.user.id;
  const isOwn = id === who.user.id;
  const mayEnd = isOwn || may(who, 'iam:RevokeSession');
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<Session | null>(null);
  const query = useQuery({
    queryKey: ['sessions', id],
    queryFn: () => identity.sessions(id),
  });
  return (
    <Panel title={t('account.sessions')} flush>
      <p className="panel-body soft">
        {t(isOwn ? 'account.sessions.means' : 'user.sessions.means')}
      </p>
      <Answer query={query}>
        {(sessions) =>
          sessions.length === 0 ? (
            <Empty icon="account" title={t('account.sessions.none')} />
          ) : (
            <Table
              columns={[
                t('account.sessions.browser'),
                t('account.sessions.address'),
                t('account.sessions.seen'),
                t('time.expires'),
              ]}
              acts={mayEnd}
              label={t('account.sessions')}
            >
              {sessions.map((each) => (
                <tr key={each.id}>
                  <th scope="row" className="disk-cell">
                    <span className="row">
                      {browserOf(each.user_agent) ?? t('account.sessions.unknown')}
                      {each.current && (
                        <span className="chip" data-tone="accent">
                          {t('account.sessions.current')}
                        </span>
                      )}
                      {each.second_factor && (
                        <span className="tag">{t('account.second_factor')}</span>
                      )}
                    </span>
                  </th>
                  <td className="mono">
                    {each.source_ip}
                    {each.places.map((place) => (
                      <Elsewhere key={`${place.source_ip} ${place.user_agent}`} place={place} />
                    ))}
                  </td>
                  <td>
                    <Moment us={each.last_seen_us} />
                  </td>
                  <td>
                    <Moment us={each.expires_us} />
                  </td>
                  {mayEnd && (
                    <td className="numeric">
                      {!each.current && (
                        <Button size="compact-sm" variant="default" onClick={() => setDoomed(each)}>
                          {t('account.sessions.end')}
                        </Button>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </Table>
          )
        }
      </Answer>
      {doomed !== null && (
        <Confirm
          title={t('account.sessions.end')}
          action={t('account.sessions.end')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await identity.revokeSession(doomed.id);
            await askAgain(queries, ['sessions']);
          }}
        >
          {t('account.sessions.end.ask', {
            browser: browserOf(doomed.user_agent) ?? t('account.sessions.unknown'),
            address: doomed.source_ip,
          })}
        </Confirm>
      )}
    </Panel>
  );
}
