import { createTheme, type MantineColorsTuple } from '@mantine/core';

// The green of a bell that has hung in the weather, and the bronze under it.
const verdigris: MantineColorsTuple = [
  '#eef7f4',
  '#dcebe6',
  '#b7d7ce',
  '#8fc2b4',
  '#6cb09e',
  '#4f9d8a',
  '#338372',
  '#1f6a5b',
  '#165349',
  '#0c3c35',
];

export const theme = createTheme({
  colors: { verdigris },
  primaryColor: 'verdigris',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'var(--font-body)',
  fontFamilyMonospace: 'var(--font-mono)',
  headings: { fontFamily: 'var(--font-display)', fontWeight: '600' },
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250 } },
  },
});
