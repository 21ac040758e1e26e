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

test('the audit log is searched and read to its end', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/audit');
  const rows = page.locator('tbody tr');
  await expect(rows).toHaveCount(50);
  await page.getByRole('button', { name: 'Show older events' }).click();
  await expect(rows).toHaveCount(100);
  await page.getByLabel('Action').fill('iam:*');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(rows).toHaveCount(30);
  await page
    .getByRole('button', { name: /Details of iam:SignIn/ })
    .first()
    .click();
  await expect(page.getByText('"class_uid": 6003')).toBeVisible();
  await expectAccessible(page);
});
