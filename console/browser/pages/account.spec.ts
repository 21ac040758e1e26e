import { expect, test } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn, visit } from './persons';

test('the language is the browser’s first, then the reader’s choice', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'fr-CA' });
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Connexion' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await page.getByRole('button', { name: 'Switch to English' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await context.close();
});

test('the colours are the system’s first, then the reader’s choice', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/');
  const html = page.locator('html');
  await expect(html).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await page.getByRole('button', { name: 'Light colours' }).click();
  await expect(html).toHaveAttribute('data-mantine-color-scheme', 'light');
  await page.reload();
  await expect(html).toHaveAttribute('data-mantine-color-scheme', 'light');
});

test('the content can be reached without walking through the bar', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('a session that is over leads back to signing in, and says why', async ({ page, context }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets');
  await context.clearCookies();
  await visit(page, '/audit');
  await expect(page.getByText('Your session is over.')).toBeVisible();
  await page.locator('[name=user]').fill('claire');
  await page.locator('[name=password]').fill('another long password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible();
});

test('signing out ends it', async ({ page }) => {
  await signIn(page, 'claire');
  await page.getByRole('button', { name: 'Signed in as claire: menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.locator('[name=user]')).toBeVisible();
  await expect(page.getByText('Your session is over.')).toBeHidden();
  await page.reload();
  await expect(page.locator('[name=user]')).toBeVisible();
});

test('secrets are shown once', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/account/access-keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('a-secret-of-forty-characters')).toBeVisible();
  await expectAccessible(page);
  await visit(page, '/account/api-tokens');
  await page.getByLabel('Label').fill('backup');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expect(page.getByText('blf_example')).toBeVisible();
  await visit(page, '/account/access-keys');
  await expect(page.getByText('BLFEXAMPLEACCESSKEY0')).toBeVisible();
  await expect(page.getByText('a-secret-of-forty-characters')).toBeHidden();
});

test('what is dangerous asks for the second factor again, and goes on', async ({
  page,
  context,
}) => {
  await signIn(page, 'admin');
  await context.addCookies([{ name: 'mock-stale', value: '1', url: page.url() }]);
  await visit(page, '/account/access-keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await expect(dialog.getByLabel('Six-digit code')).toBeFocused();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Confirm first.')).toBeVisible();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await dialog.getByLabel('Six-digit code').fill('000000');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('The code is wrong.')).toBeVisible();
  await dialog.getByLabel('Six-digit code').fill('123456');
  await page.keyboard.press('Enter');
  await expect(page.getByText('a-secret-of-forty-characters')).toBeVisible();
  await expect(dialog).toBeHidden();
});

test('the last factor stays, and new recovery codes are shown once', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/account/second-factor');
  await page.getByRole('button', { name: 'Remove the authenticator' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('dialog').getByText('Add another first.')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Make new codes' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make new codes' }).click();
  await expect(page.getByText('abcd-efgh-ijkl-mn02')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Replace the authenticator' }).click();
  await expect(page.getByRole('img', { name: /^QR code/ })).toBeVisible();
  await visit(page, '/account/password');
  await visit(page, '/account/second-factor');
  await expect(page.getByText('10 codes left.')).toBeVisible();
  await expect(page.getByText('abcd-efgh-ijkl-mn02')).toBeHidden();
});

test('whoever lost the factor is led to a recovery code', async ({ page }) => {
  await page.goto('/');
  await page.locator('[name=user]').fill('admin');
  await page.locator('[name=password]').fill('a long password for tests');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lost it? Use a recovery code' }).click();
  await expect(page.locator('[name=recovery]')).toBeFocused();
  await expectAccessible(page);
});

test('passkeys say where they work', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText(/Open the console at one of these/)).toBeVisible();
  await expectAccessible(page);
});

test('passwords that differ are not sent', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/account/password');
  await page.getByLabel('Current password', { exact: true }).fill('another long password');
  await page.getByLabel('New password', { exact: true }).fill('a new long password');
  await page.getByLabel('New password, again', { exact: true }).fill('a new lung password');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('The two are not the same.')).toBeVisible();
  await page.getByLabel('New password, again', { exact: true }).fill('a new long password');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('The password is changed.')).toBeVisible();
});

test('a session tells where else it was used', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/account/sessions');
  const row = page.getByRole('row').filter({ hasText: 'used elsewhere' });
  await expect(row).toContainText('198.51.100.7');
  await expectAccessible(page);
});
