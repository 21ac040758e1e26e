import { NativeSelect, Textarea } from '@mantine/core';
import { asProblem } from '../api/problem';
import { Failure, wordProblem } from '../elements/states';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { rangeOf } from './policy_place';
import classes from './people.module.css';

// In seconds: a quarter of an hour to twelve hours.
const lengths = [900, 3600, 7200, 14_400, 28_800, 43_200];

// Whom a role trusts, as a document with principals, and how long its sessions may last.
export function TrustForm({
  text,
  onText,
  seconds,
  onSeconds,
  error,
}: {
  text: string;
  onText: (text: string) => void;
  seconds: number;
  onSeconds: (seconds: number) => void;
  error: Error | null;
}) {
  const speech = useSpeech();
  const { t, language } = speech;
  const problem = error === null ? null : asProblem(error);
  const isOfDocument =
    problem !== null &&
    (problem.messageId.startsWith('policy.') || problem.messageId === 'console.not_json');
  const range = isOfDocument ? rangeOf(text, problem.arguments['where'] ?? '', '') : null;
  const said = isOfDocument ? wordProblem(speech, problem).detail : null;
  return (
    <div className="stack">
      <NativeSelect
        className="narrow"
        label={t('assumed.longest')}
        data={[...new Set([...lengths, seconds])]
          .sort((one, other) => one - other)
          .map((each) => ({ value: String(each), label: formatDuration(each * 1e6, language) }))}
        value={String(seconds)}
        onChange={(event) => onSeconds(Number(event.currentTarget.value))}
      />
      <Textarea
        label={t('assumed.trust')}
        description={t('assumed.trust.how')}
        error={
          said === null || range === null
            ? said
            : `${t('policy.line', { line: range.line })} ${said}`
        }
        classNames={{ input: classes['editor'] ?? '' }}
        rows={14}
        resize="vertical"
        wrap="off"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
      />
      {problem !== null && !isOfDocument && <Failure error={problem} />}
    </div>
  );
}
