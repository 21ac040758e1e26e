import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each changes what is its own.
const dialog = (page: Page) => page.getByRole('dialog');
const panel = (page: Page, title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: title }) });

test('a program gets an account, keys and tokens that end, and another owner', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/service-accounts');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await dialog(page).getByLabel('Name').fill('nightly-copies');
  await expect(dialog(page).getByLabel('Owner')).toHaveValue('4');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('There is a user of that name already.')).toBeVisible();
  await expectAccessible(page);
  await dialog(page).getByLabel('Name').fill('mirror');
  await dialog(page).getByLabel('Role').selectOption('Member');
  await page.keyboard.press('Tab');
  await dialog(page).getByRole('button', { name: 'Create an account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'mirror' })).toBeVisible();
  await expect(dialog(page)).toBeHidden();

  const keys = panel(page, 'Access keys');
  await keys.getByLabel('Expires').selectOption('30 days');
  await expect(keys.getByRole('option', { name: 'never expires' })).toHaveCount(0);
  await keys.getByRole('button', { name: 'Make a key' }).click();
  await expect(keys.getByText('a-program-has-a-secret')).toBeVisible();
  await expect(keys.getByText('in 29 days')).toBeVisible();
  await keys.getByRole('button', { name: /^Delete BLFPROGRAMKEY/ }).click();
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await expect(keys.getByText('No access key yet.')).toBeVisible();
  const tokens = panel(page, 'API tokens');
  await tokens.getByLabel('Label').fill('mirrors');
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  await expect(tokens.getByText('blf_of_a_program')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Hand over' }).click();
  await expect(dialog(page).getByRole('option', { name: 'nadia' })).toHaveCount(0);
  await dialog(page).getByLabel('New owner').selectOption('gregor');
  await dialog(page).getByRole('button', { name: 'Hand over' }).click();
  await expect(dialog(page).getByText('Choose an active person.')).toBeVisible();
  await expectAccessible(page);
  await dialog(page).getByLabel('New owner').selectOption('claire');
  await dialog(page).getByRole('button', { name: 'Hand over' }).click();
  await expect(page.getByRole('link', { name: 'claire' })).toBeVisible();
  await expect(dialog(page)).toBeHidden();

  await page.getByRole('button', { name: 'Suspend' }).click();
  await dialog(page).getByRole('button', { name: 'Suspend' }).click();
  await expect(page.getByText('Suspended', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Delete the account' }).click();
  await dialog(page).getByRole('button', { name: 'Delete the account' }).click();
  await expect(page.getByRole('link', { name: 'nightly-copies' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'mirror' })).toHaveCount(0);
});

test('an account of a suspended owner is told, and is no person among users', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users');
  await page.getByLabel('Search by name or e-mail').fill('thumbnails');
  await expect(page.locator('tbody tr').first()).toContainText('program');
  await page.getByRole('link', { name: 'thumbnails' }).click();
  await expect(page).toHaveURL(/service-accounts\/3302$/);
  await expect(page.getByText('Hand the account over to an active person.')).toBeVisible();
  await expect(page.getByText('Rests: owner suspended')).toBeVisible();
});

test('who answers for a program makes its keys, and does no more', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/account/rights');
  await page.getByRole('link', { name: 'Programs that you answer for' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Create an account' })).toHaveCount(0);
  await page.getByRole('link', { name: 'inventory' }).click();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('a-program-has-a-secret')).toBeVisible();
  await expect(page.getByText('Its keys are shown to administrators')).toBeVisible();
  await expect(page.getByRole('button', { name: /Hand over|Suspend|Delete/ })).toHaveCount(0);
  await visit(page, '/people/service-accounts/3301');
  await expect(page.getByRole('alert')).toContainText('Nothing is here');
  await expectAccessible(page);
});
