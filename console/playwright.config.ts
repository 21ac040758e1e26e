import { execFileSync } from 'node:child_process';
import { defineConfig } from '@playwright/test';

// Two suites: `pages` against the mock, for states that a real provider is hard to bring into, and
// `daemon` against a real one (tests/system/console.py starts it and says where in BELFRY_RUN).
const freePort = () =>
  execFileSync(process.execPath, [
    '-e',
    "const server = require('node:net').createServer();" +
      "server.listen(0, '127.0.0.1', () => { console.log(server.address().port); server.close(); });",
  ])
    .toString()
    .trim();
// The suite's processes read this file each; the environment hands the port down.
const port = (process.env['BELFRY_MOCK_PORT'] ??= freePort());
const withDaemon = process.env['BELFRY_RUN'] !== undefined;

export default defineConfig({
  testDir: 'browser',
  outputDir: 'test-results',
  // Busy machines are slow: a limit for what hangs, not for what takes long.
  timeout: 240_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  workers: withDaemon ? 1 : 2,
  reporter: [['list']],
  use: {
    locale: 'en-GB',
    screenshot: 'only-on-failure',
    launchOptions: {
      // The shell has no toolbars to draw, which take as long as the pages.
      executablePath:
        process.env['BELFRY_CHROMIUM'] ??
        (withDaemon ? '/usr/bin/chromium' : '/usr/bin/chromium-headless-shell'),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    {
      name: 'pages',
      testDir: 'browser/pages',
      use: { baseURL: `http://127.0.0.1:${port}/` },
    },
    {
      name: 'daemon',
      testDir: 'browser/daemon',
      fullyParallel: false,
      use: { ignoreHTTPSErrors: true },
    },
  ],
  ...(withDaemon
    ? {}
    : {
        webServer: {
          command: `node browser/mock/server.mjs ${port}`,
          url: `http://127.0.0.1:${port}/`,
        },
      }),
});
