import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each changes what is its own.
const dialog = (page: Page) => page.getByRole('dialog');

test('a directory is added, changed, and deleted', async ({ page, context, baseURL }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, 'nadia');
  await visit(page, '/people/directories');
  await page.getByRole('link', { name: 'Add a directory' }).click();
  const url = page.getByLabel('Address of the directory');
  await url.fill('https://nobody.example');
  await page.getByLabel('Organisation').fill('harbour & co');
  const redirect = `${String(baseURL)}signed-in?organisation=harbour`;
  await expect(page.getByLabel('Redirect address', { exact: true })).toHaveText(
    `${redirect}%20%26%20co`,
  );
  await page.getByLabel('Organisation').fill('harbour');
  await page.getByRole('button', { name: 'Copy: Redirect address' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(redirect);
  await page.getByLabel('Client', { exact: true }).fill('belfry');
  await page.getByLabel('Secret of the client', { exact: true }).fill('agreed');
  await page.getByLabel('Who is not known becomes a reader').check();
  await page.getByLabel('Required claim').fill('groups');
  await page.getByLabel('with the value').fill('belfry-users');
  await page.getByRole('combobox', { name: 'Audiences of programs' }).focus();
  await page.keyboard.type('builds,');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  await expect(page.getByText('The directory does not answer.')).toBeVisible();
  await expectAccessible(page);
  await url.fill('https://id.harbour.example');
  const added = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  expect((await added).postDataJSON()).toEqual({
    url: 'https://id.harbour.example',
    organisation: 'harbour',
    client_id: 'belfry',
    client_secret: 'agreed',
    scopes: ['email', 'profile'],
    audiences: ['builds'],
    creates_users: true,
    trusts_factors: false,
    required_claim: 'groups',
    required_value: 'belfry-users',
  });
  await expect(
    page.getByRole('heading', { level: 1, name: 'https://id.harbour.example' }),
  ).toBeVisible();
  await expect(page.getByText('type “harbour”')).toBeVisible();
  await expect(page.getByText('groups=belfry-users')).toBeVisible();
  await expect(page.getByText('kept sealed')).toBeVisible();
  await page.getByRole('button', { name: 'Change' }).click();
  await expect(page.getByLabel('Secret of the client', { exact: true })).toHaveValue('');
  await page.getByLabel('Organisation').fill('');
  const changed = page.waitForRequest((request) => request.method() === 'PUT');
  await page.getByRole('button', { name: 'Save the directory' }).click();
  // The secret stays where none is typed.
  expect((await changed).postDataJSON()).not.toHaveProperty('client_secret');
  await expect(page.getByText('Nobody signs in with it')).toBeVisible();
  await expect(page.getByText('kept sealed')).toBeVisible();
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Remove the secret').check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save the directory' }).click();
  await expect(page.locator('.facts')).toContainText('none');
  await page.getByRole('button', { name: 'Delete the directory' }).click();
  await dialog(page).getByRole('button', { name: 'Delete the directory' }).click();
  await expect(page.getByRole('link', { name: 'https://id.rivage.example' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'https://id.harbour.example' })).toHaveCount(0);
});

test('it is said who of a directory is which user', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/directories/3102');
  await expect(page.getByText('Nobody of this directory is a user here yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Link a person' }).click();
  await expect(dialog(page).getByLabel('Subject in the directory')).toBeFocused();
  await page.keyboard.type('b1c2');
  await dialog(page).getByLabel('User').selectOption('gregor');
  await page.keyboard.press('Tab');
  await dialog(page).getByRole('button', { name: 'Link a person' }).click();
  await expect(dialog(page).getByText('gregor is privileged')).toBeVisible();
  await expectAccessible(page);
  // Programs have nobody who signs in.
  await expect(dialog(page).getByRole('option', { name: 'nightly-copies' })).toHaveCount(0);
  await dialog(page).getByLabel('User').selectOption('chloe.martin');
  await dialog(page).getByRole('button', { name: 'Link a person' }).click();
  await expect(page.getByRole('link', { name: 'chloe.martin' })).toBeVisible();
  await expect(page.getByText('linked by hand')).toBeVisible();
  await expect(dialog(page)).toBeHidden();
  await page.getByRole('button', { name: 'Remove the link of chloe.martin' }).click();
  await dialog(page).getByRole('button', { name: 'Remove the link' }).click();
  await expect(page.getByText('Nobody of this directory is a user here yet.')).toBeVisible();
});
