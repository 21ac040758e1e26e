import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { isRequestNeeded } from '../api/problem';
import type { AskedRight } from '../api/types';
import { Dialog } from '../elements/dialog';
import { Icon } from '../elements/icon';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { AskForm } from './ask_form';
import { plain } from './filter';
import classes from './people.module.css';

export interface Option {
  value: string;
  label: string;
}
export interface OptionGroup {
  name: string | null;
  items: Option[];
}

// Those of `things` that are not `taken`, to choose from.
export function optionsOf(
  things: readonly { id: string; name: string }[],
  taken: readonly string[],
): Option[] {
  return things
    .filter(({ id }) => !taken.includes(id))
    .map(({ id, name }) => ({ value: id, label: name }));
}

// As many as a person looks through; the others are found by a part of their names.
const shownMax = 50;

// One of many, found by a part of its name; the dialog stays, with the reason, when it fails. Where
// one person alone may not give what was chosen, it turns into asking for it: as `ask` says, or, if
// more has to be said, by the form `askBy`.
export function Choose({
  title,
  label,
  note,
  nothing,
  action,
  groups,
  onChoose,
  ask,
  askBy,
  onClose,
}: {
  title: string;
  label: string;
  note: string;
  nothing: string; // said when there is none
  action: string;
  groups: OptionGroup[];
  onChoose: (value: string) => Promise<unknown>;
  ask?: (value: string) => AskedRight;
  askBy?: (value: string) => ReactNode;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const [chosen, setChosen] = useState<string | null>(null);
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const doing = useMutation({ mutationFn: onChoose, onSuccess: onClose });
  const found = within(groups, plain(words));
  const shown = found.flatMap(({ items }) => items);
  const isAny = groups.some(({ items }) => items.length > 0);
  // Only what is seen is chosen; the only one that is found needs no choosing.
  const meant =
    shown.find(({ value }) => value === chosen) ?? (shown.length === 1 ? shown[0] : null);
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (meant && !doing.isPending) doing.mutate(meant.value);
  }
  const asks = ask !== undefined || askBy !== undefined;
  if (asks && isRequestNeeded(doing.error)) {
    const wanted = doing.variables ?? '';
    return (
      <Dialog title={title} onClose={onClose}>
        <div className="stack">
          <Failure error={doing.error} />
          {askBy?.(wanted)}
          {ask !== undefined && <AskForm asked={ask(wanted)} onClose={onClose} />}
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {isAny ? (
          <>
            <TextInput
              label={label}
              description={note}
              error={tried && !meant ? t('choose.nothing') : null}
              type="search"
              leftSection={<Icon name="search" size={16} />}
              autoComplete="off"
              data-autofocus
              value={words}
              onChange={(event) => {
                doing.reset();
                setWords(event.currentTarget.value);
              }}
            />
            <OptionList
              label={label}
              groups={found}
              chosen={meant?.value ?? null}
              onChoose={setChosen}
            />
          </>
        ) : (
          <p>{nothing}</p>
        )}
        {doing.isError && <Failure error={doing.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          {isAny && (
            <Button type="submit" loading={doing.isPending}>
              {action}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function OptionList({
  label,
  groups,
  chosen,
  onChoose,
}: {
  label: string;
  groups: OptionGroup[];
  chosen: string | null;
  onChoose: (value: string) => void;
}) {
  const { t } = useSpeech();
  const field = useId();
  return (
    <div className={classes.options} role="radiogroup" aria-label={label}>
      {groups.map(({ name, items }) => (
        <div key={name ?? ''}>
          {name !== null && <h3 className={classes.optionGroup}>{name}</h3>}
          {items.map(({ value, label: text }) => (
            <label key={value} className={classes.option}>
              <input
                type="radio"
                name={field}
                checked={value === chosen}
                onChange={() => onChoose(value)}
              />
              <span className="wrap-anywhere">{text}</span>
            </label>
          ))}
        </div>
      ))}
      <p className={`${classes.option ?? ''} soft`} role="status">
        {groups.length === 0 && t('choose.none_match')}
      </p>
    </div>
  );
}

function within(groups: readonly OptionGroup[], words: string): OptionGroup[] {
  return groups
    .map(({ name, items }) => ({
      name,
      items: items.filter(({ label }) => plain(label).includes(words)).slice(0, shownMax),
    }))
    .filter(({ items }) => items.length > 0);
}
