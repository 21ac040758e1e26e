import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Dialog } from '../elements/dialog';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { plain } from './filter';

export interface Option {
  value: string;
  label: string;
}
export interface OptionGroup {
  group: string;
  items: Option[];
}

const shownMax = 50;

// One of many, found by a part of its name; the dialog stays, with the reason, when it fails.
export function Choose({
  title,
  label,
  note,
  nothing,
  action,
  options,
  onChoose,
  onClose,
}: {
  title: string;
  label: string;
  note?: string | undefined;
  nothing: string; // said when there is none
  action: string;
  options: (Option | OptionGroup)[];
  onChoose: (value: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const [chosen, setChosen] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const doing = useMutation({ mutationFn: onChoose, onSuccess: onClose });
  const any = options.some((each) => !('group' in each) || each.items.length > 0);
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (chosen !== null && !doing.isPending) doing.mutate(chosen);
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {any ? (
          <Select
            label={label}
            description={note}
            error={tried && chosen === null ? t('choose.nothing') : null}
            data={options}
            searchable
            limit={shownMax}
            filter={({ options: all, search, limit }) => within(all, plain(search), limit)}
            nothingFoundMessage={t('choose.none_match')}
            data-autofocus
            value={chosen}
            onChange={(value) => {
              doing.reset();
              setChosen(value);
            }}
          />
        ) : (
          <p>{nothing}</p>
        )}
        {doing.isError && <Failure error={doing.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          {any && (
            <Button type="submit" loading={doing.isPending}>
              {action}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

type Shown = (Option | OptionGroup)[];

function within<T>(all: T[], words: string, limit: number): T[] {
  const fits = ({ label }: Option) => plain(label).includes(words);
  return (all as Shown)
    .flatMap((each): Shown => {
      if (!('group' in each)) return fits(each) ? [each] : [];
      const items = each.items.filter(fits).slice(0, limit);
      return items.length === 0 ? [] : [{ ...each, items }];
    })
    .slice(0, limit) as T[];
}
