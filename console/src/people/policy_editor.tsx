import { SegmentedControl, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Problem } from '../api/problem';
import { Failure, wordProblem } from '../elements/states';
import { useSpeech } from '../language/speech';
import { readParts } from './builder';
import { GrantList } from './grant_list';
import { rangeOf, statementIn } from './policy_place';
import classes from './people.module.css';

// What is wrong with a text before it is sent: the server would not know which field it was.
export function faultOfText(text: string): Problem | null {
  try {
    JSON.parse(text);
    return null;
  } catch {
    return new Problem(400, 'console.not_json', '', '');
  }
}

type View = 'choices' | 'json';

// A policy as choices, or as the document itself. What the server says against it stands at the
// statement, and at its text.
export function PolicyEditor({
  text,
  onText,
  problem,
}: {
  text: string;
  onText: (text: string) => void;
  problem: Problem | null;
}) {
  const { t } = useSpeech();
  const parts = readParts(text);
  const [view, setView] = useState<View>(parts === null ? 'json' : 'choices');
  const shown = parts === null ? 'json' : view;
  const isOfDocument =
    problem !== null &&
    (problem.messageId.startsWith('policy.') || problem.messageId === 'console.not_json');
  return (
    <div className="stack">
      <div className="row">
        <SegmentedControl
          aria-label={t('policy.view')}
          data={[
            { value: 'choices', label: t('policy.view.choices'), disabled: parts === null },
            { value: 'json', label: t('policy.view.json') },
          ]}
          value={shown}
          onChange={(chosen) => setView(chosen as View)}
        />
        {parts === null && <span className="soft">{t('policy.by_hand')}</span>}
      </div>
      {problem !== null && !isOfDocument && <Failure error={problem} />}
      {shown === 'json' || parts === null ? (
        <DocumentField text={text} onText={onText} problem={isOfDocument ? problem : null} />
      ) : (
        <GrantList
          parts={parts}
          onText={onText}
          problem={isOfDocument ? problem : null}
          wrong={isOfDocument ? statementIn(problem.arguments['where'] ?? '') : null}
          onEditText={() => setView('json')}
        />
      )}
    </div>
  );
}

// What of the document a problem names, besides the place.
function nameIn({ arguments: named }: Problem): string {
  return named['action'] ?? named['resource'] ?? named['key'] ?? named['element'] ?? '';
}

const rowsMin = 12;
const rowsMax = 32;

function DocumentField({
  text,
  onText,
  problem,
}: {
  text: string;
  onText: (text: string) => void;
  problem: Problem | null;
}) {
  const speech = useSpeech();
  const { t } = speech;
  const field = useRef<HTMLTextAreaElement>(null);
  const range =
    problem === null ? null : rangeOf(text, problem.arguments['where'] ?? '', nameIn(problem));
  useEffect(() => {
    // The field is described by what is wrong with it, and what is meant is selected.
    if (problem === null || field.current === null) return;
    field.current.focus();
    if (range !== null) field.current.setSelectionRange(range.start, range.end);
    // Once for each answer: what is typed afterwards moves nothing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [problem]);
  const worded = problem === null ? null : wordProblem(speech, problem);
  const said = worded === null ? null : worded.detail === '' ? worded.title : worded.detail;
  return (
    <Textarea
      ref={field}
      label={t('policy.document')}
      description={t('policy.document.how')}
      error={
        said === null
          ? null
          : range === null
            ? said
            : `${t('policy.line', { line: range.line })} ${said}`
      }
      classNames={{ input: classes['editor'] ?? '' }}
      rows={Math.min(rowsMax, Math.max(rowsMin, text.split('\n').length + 1))}
      resize="vertical"
      wrap="off"
      spellCheck={false}
      autoCapitalize="none"
      autoComplete="off"
      value={text}
      onChange={(event) => onText(event.currentTarget.value)}
    />
  );
}
