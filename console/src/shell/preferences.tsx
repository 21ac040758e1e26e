import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';
import classes from './shell.module.css';

// The language and the colour scheme, kept by the browser.
export function Preferences() {
  const { language, setLanguage, t } = useSpeech();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  const otherLanguage = language === 'en' ? 'fr' : 'en';
  return (
    <>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        className={classes.tool ?? ''}
        lang={otherLanguage}
        aria-label={otherLanguage === 'fr' ? 'Passer en français' : 'Switch to English'}
        onClick={() => setLanguage(otherLanguage)}
      >
        <span className={classes.languageCode}>{otherLanguage.toUpperCase()}</span>
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        className={classes.tool ?? ''}
        aria-label={t(other === 'dark' ? 'scheme.dark' : 'scheme.light')}
        onClick={() => setColorScheme(other)}
      >
        <Icon name={other === 'dark' ? 'moon' : 'sun'} />
      </ActionIcon>
    </>
  );
}
