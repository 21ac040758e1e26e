import { ActionIcon, Tooltip } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { objects } from '../api/routes';
import type { ObjectInfo } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon, type IconName } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { CopiesDialog } from './copies';
import { nameWithin, placeOf } from './place';

export function ObjectTable({
  bucket,
  prefix,
  items,
  prefixes,
}: {
  bucket: string;
  prefix: string;
  items: ObjectInfo[];
  prefixes: string[];
}) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<string | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  return (
    <>
      <Table
        columns={[
          t('objects.name'),
          { title: t('objects.size'), className: 'numeric wide-only' },
          { title: t('objects.modified'), className: 'wide-only' },
        ]}
        acts
      >
        {prefixes.map((each) => (
          <tr key={each}>
            <th scope="row" className="name-cell">
              <a href={placeOf(bucket, each)} className="row">
                <Icon name="folder" />
                <span className="wrap-anywhere">{nameWithin(each, prefix)}</span>
              </a>
            </th>
            <td className="numeric soft wide-only">–</td>
            <td className="soft wide-only">–</td>
            <td />
          </tr>
        ))}
        {items.map((item) => (
          <ObjectRow
            key={item.key}
            bucket={bucket}
            name={nameWithin(item.key, prefix)}
            item={item}
            onCopies={() => setShown(item.key)}
            onRemove={() => setDoomed(item.key)}
          />
        ))}
      </Table>
      {shown !== null && (
        <CopiesDialog bucket={bucket} objectKey={shown} onClose={() => setShown(null)} />
      )}
      {doomed !== null && (
        <Confirm
          title={t('objects.delete')}
          action={t('objects.delete')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await objects.remove(bucket, doomed);
            await askAgain(queries, ['objects', bucket]);
          }}
        >
          <p>{t('objects.delete.ask')}</p>
          <p className="mono wrap-anywhere">{doomed}</p>
        </Confirm>
      )}
    </>
  );
}

function ObjectRow({
  bucket,
  name,
  item,
  onCopies,
  onRemove,
}: {
  bucket: string;
  name: string;
  item: ObjectInfo;
  onCopies: () => void;
  onRemove: () => void;
}) {
  const { t, bytes } = useSpeech();
  const who = useWho();
  const address = objects.addressOf(bucket, item.key);
  return (
    <tr>
      <th scope="row" className="name-cell">
        <span className="row">
          <Icon name="file" />
          <span className="wrap-anywhere">
            {name}
            <span className="narrow-only soft">{bytes(item.size_bytes)}</span>
          </span>
        </span>
      </th>
      <td className="numeric wide-only">{bytes(item.size_bytes)}</td>
      <td className="wide-only">
        <Moment us={item.modified_us} />
      </td>
      <td>
        <div className="row-actions">
          <Act icon="copies" label={t('objects.copies.of', { name })} onClick={onCopies} />
          {may(who, 's3:GetObject') && (
            <Tooltip label={t('objects.download.of', { name })}>
              <ActionIcon
                component="a"
                href={address}
                download
                variant="subtle"
                color="gray"
                className="quiet"
                aria-label={t('objects.download.of', { name })}
              >
                <Icon name="download" />
              </ActionIcon>
            </Tooltip>
          )}
          {may(who, 's3:DeleteObject') && (
            <Act icon="remove" label={t('objects.delete.of', { name })} onClick={onRemove} />
          )}
        </div>
      </td>
    </tr>
  );
}

function Act({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        className="quiet"
        aria-label={label}
        onClick={onClick}
      >
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  );
}
