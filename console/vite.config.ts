import { defineConfig } from 'vitest/config';

// `npm run dev` serves the pages and hands the API on to a daemon (or to browser/mock).
const daemon = process.env['BELFRY_URL'] ?? 'http://127.0.0.1:8444';

export default defineConfig({
  build: {
    target: 'es2022',
    // The daemon serves the files under `default-src 'self'`: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Libraries mark modules for frameworks that we do not use.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  server: { proxy: { '/api': { target: daemon, secure: false } } },
  // Busy machines are slow: a limit for what hangs, not for what takes long.
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000 },
});
