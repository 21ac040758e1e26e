import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'test-results', 'src/api/contract.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  hooks.configs.flat['recommended-latest'],
  {
    rules: {
      'max-lines': ['error', { max: 500 }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
          message: 'Text of the server is text: render it as such.',
        },
        {
          selector: 'JSXText[value=/\\p{L}{2}/u]',
          message: 'Words are messages of both catalogues: t(...).',
        },
        {
          selector:
            'JSXAttribute[name.name=/^(aria-label|title|label|alt|placeholder|lead)$/] > Literal[value=/\\p{L}{2}[^:]*$/u]',
          message: 'Words are messages of both catalogues: t(...).',
        },
      ],
    },
  },
  {
    files: ['browser/**/*.mjs', 'public/*.js', 'eslint.config.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        document: 'readonly',
        localStorage: 'readonly',
        matchMedia: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        console: 'readonly',
      },
    },
    rules: { 'no-console': 'off' },
  },
);
