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
  // One for people names no audience: there is no field for it.
  await expect(page.getByRole('combobox', { name: 'Audiences of programs' })).toHaveCount(0);
  await page.getByLabel('For', { exact: true }).selectOption('people and programs');
  await page.getByLabel('Name of the directory').fill('harbour & co');
  const redirect = `${String(baseURL)}signed-in?organisation=harbour`;
  await expect(page.getByLabel('Redirect address', { exact: true })).toHaveText(
    `${redirect}%20%26%20co`,
  );
  await page.getByLabel('Name of the directory').fill('harbour');
  await page.getByRole('button', { name: 'Copy: Redirect address' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(redirect);
  await page.getByLabel('Client', { exact: true }).fill('belfry');
  await page.getByLabel('Secret of the client', { exact: true }).fill('agreed');
  await page.getByLabel('Who is not known becomes a reader').check();
  await page.getByLabel('Required claim').fill('groups');
  await page.getByLabel('with the value').fill('belfry-users');
  await page.getByRole('combobox', { name: 'Audiences of programs' }).focus();
  await page.keyboard.type('belfry,');
  await expect(page.getByText('That is the client of people')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('combobox', { name: 'Audiences of programs' }).focus();
  await page.keyboard.press('Backspace');
  await page.keyboard.type('builds,');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  await expect(page.getByText('The directory does not answer.')).toBeVisible();
  await expectAccessible(page);
  await url.fill('https://id.harbour.example');
  const added = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  expect((await added).postDataJSON()).toEqual({
    url: 'https://id.harbour.example',
    purpose: 'both',
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
  await page.getByLabel('Name of the directory').fill('');
  const changed = page.waitForRequest((request) => request.method() === 'PUT');
  await page.getByRole('button', { name: 'Save the directory' }).click();
  // The secret stays where none is typed.
  expect((await changed).postDataJSON()).not.toHaveProperty('client_secret');
  await expect(page.getByText('Nobody signs in with it, for')).toBeVisible();
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

test('an issuer for programs alone has audiences, no client, and nobody signs in with it', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/directories');
  const row = page.getByRole('row').filter({ hasText: 'https://cluster.rivage.example' });
  await expect(row).toContainText('programs that assume roles');
  await expect(row).not.toContainText('null');
  await visit(page, '/people/directories/new');
  await page.getByLabel('Address of the directory').fill('https://tokens.harbour.example');
  await page.getByLabel('Client', { exact: true }).fill('typed before the purpose');
  await page.getByLabel('For', { exact: true }).selectOption('programs that assume roles');
  for (const gone of ['Organisation', 'Client', 'Secret of the client', 'Scopes']) {
    await expect(page.getByLabel(gone, { exact: true })).toHaveCount(0);
  }
  await page.getByRole('button', { name: 'Add a directory' }).click();
  // Without an audience nothing is sent.
  const audiences = page.getByRole('combobox', { name: 'Audiences of programs' });
  await expect(audiences).toBeFocused();
  await audiences.fill('copies');
  await page.keyboard.press('Enter');
  const added = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  expect((await added).postDataJSON()).toEqual({
    url: 'https://tokens.harbour.example',
    purpose: 'programs',
    organisation: '',
    client_id: '',
    scopes: [],
    audiences: ['copies'],
    creates_users: false,
    trusts_factors: false,
    required_claim: '',
    required_value: '',
  });
  await expect(page.getByRole('heading', { name: 'How programs assume roles' })).toBeVisible();
  for (const gone of ['How people sign in', 'Who is who']) {
    await expect(page.getByRole('heading', { name: gone })).toHaveCount(0);
  }
  await expect(page.locator('.facts')).toContainText('copies');
  await expect(page.locator('.facts')).not.toContainText('Client');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete the directory' }).click();
  await expect(dialog(page)).toContainText('no program assumes a role with its tokens any more');
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
});

test('it is said what ends with a purpose, and a kept secret goes with its client', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/directories/new');
  await page.getByLabel('Address of the directory').fill('https://both.harbour.example');
  await page.getByLabel('Client', { exact: true }).fill('belfry');
  await page.getByLabel('Secret of the client', { exact: true }).fill('agreed');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  await expect(page.getByText('kept sealed')).toBeVisible();
  await page.getByRole('button', { name: 'Change' }).click();
  await expect(page.getByText('nobody signs in with it any more')).toHaveCount(0);
  await page.getByLabel('For', { exact: true }).selectOption('programs that assume roles');
  await expect(page.getByText('nobody signs in with it any more')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('combobox', { name: 'Audiences of programs' }).focus();
  await page.keyboard.type('copies,');
  const changed = page.waitForRequest((request) => request.method() === 'PUT');
  await page.getByRole('button', { name: 'Save the directory' }).click();
  expect((await changed).postDataJSON()).toMatchObject({
    purpose: 'programs',
    client_id: '',
    client_secret: '',
    audiences: ['copies'],
  });
  await expect(page.getByRole('heading', { name: 'How programs assume roles' })).toBeVisible();
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('For', { exact: true }).selectOption('people who sign in');
  await expect(page.getByText('no program assumes a role with its tokens any more')).toBeVisible();
});
