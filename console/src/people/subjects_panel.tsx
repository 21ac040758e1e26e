import { TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { issuers } from '../api/routes';
import type { Issuer } from '../api/types';
import { FormDialog } from '../elements/form_dialog';
import { Moment } from '../elements/moment';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { PersonField } from './choose_person';
import { HeldPanel, ThingName } from './held_panel';

// Which of a directory's people is which user.
export function SubjectsPanel({ issuer }: { issuer: Issuer }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const sees = may(who, 'iam:ListSubjects');
  const again = () => askAgain(queries, ['directories']);
  const query = useQuery({
    queryKey: ['directories', issuer.id, 'subjects'],
    queryFn: () => issuers.subjects(issuer.id),
    enabled: sees,
  });
  if (!sees) return null;
  return (
    <HeldPanel
      title={t('subjects.title')}
      lead={t('subjects.means')}
      query={query}
      columns={[t('user'), t('subjects.subject'), t('subjects.how'), t('time.last_used')]}
      nothing={{ icon: 'users', title: t('subjects.none') }}
      rows={(subjects) =>
        subjects.map((each) => ({
          key: each.id,
          head: <ThingName kind="users" id={each.user} name={each.user_name} />,
          cells: [
            <code className="wrap-anywhere">{each.subject}</code>,
            t(each.came_by_itself ? 'subjects.itself' : 'subjects.linked'),
            <Moment us={each.last_used_us} />,
          ],
          take: {
            label: t('subjects.unlink.of', { name: each.user_name }),
            ask: t('subjects.unlink.ask', { name: each.user_name }),
            run: async () => {
              await issuers.unlink(issuer.id, each.id);
              await again();
            },
          },
        }))
      }
      take={
        may(who, 'iam:UnlinkSubject')
          ? { action: t('action.remove'), title: t('subjects.unlink') }
          : null
      }
      give={
        may(who, 'iam:LinkSubject')
          ? {
              action: t('subjects.link'),
              dialog: (_, close) => <Link issuer={issuer} onLinked={again} onClose={close} />,
            }
          : null
      }
    />
  );
}

function Link({
  issuer,
  onLinked,
  onClose,
}: {
  issuer: Issuer;
  onLinked: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const [subject, setSubject] = useState('');
  const [user, setUser] = useState('');
  return (
    <FormDialog
      title={t('subjects.link')}
      onClose={onClose}
      onSubmit={async () => {
        await issuers.link(issuer.id, { subject: subject.trim(), user });
        await onLinked();
      }}
    >
      <TextInput
        label={t('subjects.subject')}
        description={t('subjects.subject.means')}
        required
        withAsterisk={false}
        maxLength={255}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
      <PersonField
        label={t('user')}
        description={t('subjects.user.means')}
        person={user}
        onPerson={setUser}
      />
    </FormDialog>
  );
}
