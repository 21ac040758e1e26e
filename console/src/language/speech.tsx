import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { askAgain } from '../api/again';
import { speak } from '../api/client';
import { recall, remember } from '../elements/memory';
import { formatAge, formatBytes, formatNumber, formatTime, type Language } from './format';
import { choose, word, wordCount, type Arguments, type CountKey, type Key } from './message';

export interface Speech {
  language: Language;
  setLanguage: (language: Language) => void;
  t: (key: Key, args?: Arguments) => string;
  count: (stem: CountKey, n: number, args?: Arguments) => string;
  number: (value: number) => string;
  bytes: (value: number) => string;
  time: (us: number) => string;
  age: (us: number, nowMs: number) => string;
}

function speechIn(language: Language, setLanguage: (language: Language) => void): Speech {
  return {
    language,
    setLanguage,
    t: (key, args) => word(language, key, args),
    count: (stem, n, args = {}) => wordCount(language, stem, n, args),
    number: (value) => formatNumber(value, language),
    bytes: (value) => formatBytes(value, language),
    time: (us) => formatTime(us, language),
    age: (us, nowMs) => formatAge(us, nowMs, language),
  };
}

const SpeechContext = createContext<Speech>(speechIn('en', () => undefined));

// The reader's choice, else the first language of the browser's Accept-Language that we speak.
function firstLanguage(): Language {
  const chosen = recall('language');
  return chosen === 'en' || chosen === 'fr' ? chosen : choose(navigator.languages);
}

export function SpeechProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [language, setLanguage] = useState<Language>(() => {
    const first = firstLanguage();
    speak(first);
    return first;
  });
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speech = useMemo(
    () =>
      speechIn(language, (chosen) => {
        remember('language', chosen);
        speak(chosen);
        setLanguage(chosen);
        // The server words some of what is shown: it is asked again, in the new language.
        void askAgain(queries);
      }),
    [language, queries],
  );
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useSpeech(): Speech {
  return useContext(SpeechContext);
}
