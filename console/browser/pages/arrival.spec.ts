import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, settle } from '../expectations';
import { expectFrench } from '../french';
import { persons, signIn, visit } from './persons';

// The pages of who is not signed in yet, with the daemon's answers put in their place.
const secret = '5e'.repeat(32);

// Answers a POST to `path`, the first with the first of `answers`; returns what was sent.
async function answer(page: Page, path: string, answers: readonly [number, unknown][]) {
  const sent: unknown[] = [];
  await page.route(`**/api/v1/${path}`, async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    sent.push(route.request().postDataJSON());
    const [status, body] = answers[sent.length - 1] ?? [500, {}];
    return status === 204
      ? route.fulfill({ status })
      : route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
  });
  return sent;
}

const refusal = (message_id: string, detail: string): [number, unknown] => [
  401,
  { title: 'Not signed in', status: 401, detail, code: 'denied', message_id, arguments: {} },
];

test('a recovery code alone finishes a sign-in with a directory', async ({ page }) => {
  const sent = await answer(page, 'session', [
    refusal('iam.totp_needed', 'A code is needed.'),
    refusal('iam.sign_in_refused', 'The code is wrong.'),
    refusal('iam.sign_in_refused', 'The code is wrong.'),
  ]);
  await page.goto(
    '/signed-in?organisation=acme&code=once&state=this-one&iss=https%3A%2F%2Fissuer.example',
  );
  await expect(page.locator('[name=totp]')).toBeFocused();
  await expect(page).toHaveURL(/\/signed-in$/);
  await expectAccessible(page);
  await page.locator('[name=recovery]').fill('abcd-efgh-ijkl-mn02');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The code is wrong.')).toBeVisible();
  // A wrong one is not sent along with the next.
  await expect(page.locator('[name=recovery]')).toHaveValue('');
  await page.locator('[name=totp]').fill('123456');
  await page.keyboard.press('Enter');
  await expect.poll(() => sent.length).toBe(3);
  expect(sent).toEqual([
    {
      directory: {
        organisation: 'acme',
        state: 'this-one',
        code: 'once',
        iss: 'https://issuer.example',
      },
    },
    { directory: {}, recovery_code: 'abcd-efgh-ijkl-mn02' },
    { directory: {}, totp: '123456' },
  ]);
});

test('what a directory refused says what to do', async ({ page }) => {
  const sent = await answer(page, 'session', []);
  await page.goto('/signed-in?error=access_denied&error_description=%3Cb%3Eno%3C%2Fb%3E');
  await expect(page.getByRole('alert')).toContainText('Begin again.');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Begin again' }).click();
  await expect(page.locator('[name=user]')).toBeVisible();
  expect(sent).toEqual([]);
});

test('a lost password is set anew with a recovery code', async ({ page }) => {
  await answer(page, 'password-reset', [
    [
      200,
      { name: 'nadia', has_totp: true, has_passkey: false, expires_us: Date.now() * 1000 + 1e9 },
    ],
  ]);
  const sent = await answer(page, 'password-reset/password', [[204, null]]);
  await page.goto(`/#/password-reset/${secret}`);
  await page.locator('[name=password]').fill('a new long passphrase');
  await page.locator('[name=again]').fill('another long passphrase');
  await page.locator('[name=recovery]').fill('abcd-efgh-ijkl-mn02');
  await page.keyboard.press('Enter');
  await expect(page.locator('[name=again]')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await page.locator('[name=again]').fill('a new long passphrase');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status')).toBeVisible();
  expect(sent).toEqual([
    { secret, password: 'a new long passphrase', recovery_code: 'abcd-efgh-ijkl-mn02' },
  ]);
});

test('a wrong code leaves what was typed, and a session that is not its', async ({ page }) => {
  await signIn(page, 'claire');
  await answer(page, 'password-reset', [
    [
      200,
      { name: 'nadia', has_totp: true, has_passkey: false, expires_us: Date.now() * 1000 + 1e9 },
    ],
  ]);
  await answer(page, 'password-reset/password', [
    refusal('iam.sign_in_refused', 'The code is wrong.'),
  ]);
  await page.goto(`/#/password-reset/${secret}`);
  await page.locator('[name=password]').fill('a new long passphrase');
  await page.locator('[name=again]').fill('a new long passphrase');
  await page.locator('[name=totp]').fill('000000');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The code is wrong.')).toBeVisible();
  await expect(page.locator('[name=password]')).toHaveValue('a new long passphrase');
  await page.goto('/#/account/password');
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
});

test('an invitation is accepted with a password typed twice', async ({ page }) => {
  await answer(page, 'invitation', [
    [
      200,
      {
        name: 'tom',
        email: 'tom@rivage.example',
        role: 'member',
        privileged: false,
        tenant_name: 'Atelier Rivage',
        organisation: 'Atelier Rivage',
        provider_name: 'Aubade Hosting',
        invited_by_name: 'nadia',
        expires_us: Date.now() * 1000 + 1e9,
        terms: null,
      },
    ],
  ]);
  const sent = await answer(page, 'invitation/acceptance', [
    refusal('iam.user_exists', 'This name is taken.'),
    [201, {}],
  ]);
  const signedIn = await answer(page, 'session', [refusal('iam.throttled', 'Too many.')]);
  await page.goto(`/#/invitation/${secret}`);
  await expect(page.getByText('To sign in: Atelier Rivage/tom')).toBeVisible();
  await page.locator('[name=password]').fill('a new long passphrase');
  await page.locator('[name=again]').fill('another long passphrase');
  await page.keyboard.press('Enter');
  await expect(page.locator('[name=again]')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await page.locator('[name=again]').fill('a new long passphrase');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This name is taken.')).toBeVisible();
  expect(sent).toEqual([{ secret, name: 'tom', password: 'a new long passphrase' }]);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Too many.')).toBeVisible();
  expect(signedIn).toEqual([{ user: 'Atelier Rivage/tom', password: 'a new long passphrase' }]);
});

const noPasskey = (expires_us = Date.now() * 1000 + 1e9) => ({
  name: 'nadia',
  privileged: true,
  has_totp: false,
  has_passkey: false,
  expires_us,
});

test('a directory’s name leads to it, and a wrong one is told', async ({ page }) => {
  const sent = await answer(page, 'session/directory', [
    [
      404,
      {
        title: 'Not there',
        status: 404,
        detail: 'No directory is called so here.',
        code: 'not_found',
        message_id: 'iam.organisation_unknown',
        arguments: {},
      },
    ],
    [200, { url: '/signed-in?error=access_denied' }],
  ]);
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign in with a directory' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in with a directory');
  const name = page.getByRole('textbox', { name: 'Name of the directory' });
  await expect(name).toBeFocused();
  await page.keyboard.type(' rivaje ');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('No directory is called so here');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'With a user name and password' }).click();
  await expect(page.locator('[name=user]')).toBeVisible();
  await page.getByRole('button', { name: 'Sign in with a directory' }).click();
  await name.fill('rivage');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/signed-in$/);
  await expect(page.getByRole('alert')).toContainText('Begin again.');
  expect(sent).toEqual([{ organisation: 'rivaje' }, { organisation: 'rivage' }]);
});

test('a directory that is believed leads in at once', async ({ page }) => {
  await signIn(page, 'claire');
  const sent = await answer(page, 'session', [[200, { user: {}, session: {} }]]);
  await page.goto('/signed-in?organisation=rivage&code=once&state=this-one');
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
  expect(new URL(page.url()).search).toBe('');
  expect(sent).toEqual([
    { directory: { organisation: 'rivage', code: 'once', state: 'this-one', iss: '' } },
  ]);
});

test('who forgot the password asks for a link, and learns nothing of who there is', async ({
  page,
}) => {
  const sent = await answer(page, 'password-reset/mail', [
    [
      409,
      {
        title: 'Not done',
        status: 409,
        detail: 'This provider sends no mail. Ask an administrator for help.',
        code: 'conflict',
        message_id: 'iam.no_mail',
        arguments: {},
      },
    ],
    [204, null],
  ]);
  await page.goto('/');
  await page.getByRole('link', { name: 'Forgotten?' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'A new password' })).toBeVisible();
  await page.getByLabel('User name').fill('nobody');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Ask an administrator for help.');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(page.getByRole('status')).toContainText('a mail is on its way');
  await expect(page.locator('[name=user]')).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page.locator('[name=password]')).toBeVisible();
  expect(sent).toEqual([
    { user: 'nobody', language: 'en' },
    { user: 'nobody', language: 'en' },
  ]);
});

test('a link that is used says what to do, and a good one asks for no factor of who has none', async ({
  page,
}) => {
  await answer(page, 'password-reset', [
    [
      404,
      {
        title: 'Not there',
        status: 404,
        detail: 'This link leads nowhere. Ask for a new one at the sign-in.',
        code: 'not_found',
        message_id: 'iam.reset_unknown',
        arguments: {},
      },
    ],
    [200, noPasskey()],
  ]);
  const sent = await answer(page, 'password-reset/password', [[204, null]]);
  await page.goto(`/#/password-reset/${'ab'.repeat(32)}`);
  await expect(page.getByRole('alert')).toContainText('Ask for a new one at the sign-in.');
  await expect(page.locator('[name=password]')).toHaveCount(0);
  await expectAccessible(page);
  await page.goto(`/#/password-reset/${secret}`);
  await expect(page.getByText('“nadia”')).toBeVisible();
  await expect(page.locator('[name=totp], [name=recovery]')).toHaveCount(0);
  await page.locator('[name=password]').fill('a new long passphrase');
  await page.locator('[name=again]').fill('a new long passphrase');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status')).toContainText('all sessions ended');
  await expect(page.locator('[name=password]')).toHaveCount(0);
  expect(sent).toEqual([{ secret, password: 'a new long passphrase' }]);
});

test.describe('in French, on a phone', () => {
  test.use({ locale: 'fr-FR', viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  test('these pages are in French and fit', async ({ page }) => {
    await answer(page, 'password-reset', [[200, { ...noPasskey(), has_totp: true }]]);
    await answer(page, 'session', [refusal('iam.totp_needed', 'Un code est nécessaire.')]);
    await page.goto('/');
    await page.getByRole('button', { name: 'Se connecter avec un annuaire' }).click();
    await expectFrench(page, ['Switch to English']);
    await expectAccessible(page);
    for (const place of ['/#/password-reset', `/#/password-reset/${secret}`]) {
      await page.goto(place);
      await settle(page);
      await expectFrench(page, ['Switch to English']);
      await expectAccessible(page);
    }
    await page.goto('/signed-in?organisation=acme&code=once&state=this-one');
    await expect(page.locator('[name=totp]')).toBeFocused();
    await expectFrench(page, ['Switch to English']);
    await expectAccessible(page);
  });
});

test('the organisation is kept for the next time', async ({ page }) => {
  await page.goto('/');
  await expect(page.locator('[name=user]')).toHaveAccessibleDescription(/Acme\/anna/);
  await page.locator('[name=user]').fill('Atelier Rivage/claire');
  await page.locator('[name=password]').fill(persons.claire.password);
  await page.keyboard.press('Enter');
  await visit(page, '/account/password');
  await expect(page.getByText('Atelier Rivage/claire')).toBeVisible();
  await page.context().clearCookies();
  await page.reload();
  await expect(page.locator('[name=user]')).toHaveValue('Atelier Rivage/');
});

test('who is slowed down by the guesses of others comes in with two codes', async ({ page }) => {
  const slowed: [number, unknown] = [
    429,
    {
      title: 'Too many attempts',
      status: 429,
      detail: 'Too many failed attempts.',
      code: 'retry',
      message_id: 'iam.throttled',
      arguments: { seconds: '60' },
    },
  ];
  const sent = await answer(page, 'session', [slowed, slowed, slowed]);
  await page.goto('/');
  await page.locator('[name=user]').fill('claire');
  await page.locator('[name=password]').fill('a long passphrase');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /two codes/ }).click();
  await expect(page.locator('[name=totp_before]')).toBeFocused();
  await expectAccessible(page);
  await page.locator('[name=totp_before]').fill('123456');
  await page.locator('[name=totp]').fill('654321');
  await page.keyboard.press('Enter');
  // Wrong ones are not sent along with a recovery code.
  await expect(page.locator('[name=totp]')).toHaveValue('');
  await page.getByRole('button', { name: /recovery code/ }).click();
  await page.locator('[name=recovery]').fill('abcd-efgh-ijkl-mn02');
  await page.keyboard.press('Enter');
  await expect.poll(() => sent.length).toBe(3);
  const who = { user: 'claire', password: 'a long passphrase' };
  expect(sent).toEqual([
    who,
    { ...who, totp: '654321', totp_before: '123456' },
    { ...who, recovery_code: 'abcd-efgh-ijkl-mn02' },
  ]);
});
