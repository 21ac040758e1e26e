import { useEffect, type ReactNode } from 'react';
import { useSpeech } from '../language/speech';
import { Preferences } from '../shell/preferences';

// A page of who is not in yet: it stands alone, without the bar.
export function LonelyPage({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useSpeech();
  useEffect(() => {
    document.title = `${title} · ${t('name')}`;
  }, [title, t]);
  return (
    <main className="lonely stack">
      <Preferences />
      <h1>{title}</h1>
      {children}
    </main>
  );
}
