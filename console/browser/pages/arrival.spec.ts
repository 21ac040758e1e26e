import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn } from './persons';

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
        provider_name: 'Aubade Hosting',
        invited_by_name: 'nadia',
        expires_us: Date.now() * 1000 + 1e9,
        terms: null,
      },
    ],
  ]);
  const sent = await answer(page, 'invitation/acceptance', [
    refusal('iam.name_taken', 'This name is taken.'),
  ]);
  await page.goto(`/#/invitation/${secret}`);
  await page.locator('[name=password]').fill('a new long passphrase');
  await page.locator('[name=again]').fill('another long passphrase');
  await page.keyboard.press('Enter');
  await expect(page.locator('[name=again]')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await page.locator('[name=again]').fill('a new long passphrase');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This name is taken.')).toBeVisible();
  expect(sent).toEqual([{ secret, name: 'tom', password: 'a new long passphrase' }]);
});
