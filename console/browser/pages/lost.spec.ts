import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each changes what is its own.
const dialog = (page: Page) => page.getByRole('dialog');
const lost = (page: Page) =>
  page
    .locator('section')
    .filter({ has: page.getByRole('heading', { level: 2, name: 'Lost second factors' }) });

test('the removal of lost factors is asked for, and not approved by who asked', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users/120');
  await lost(page).getByRole('button', { name: 'Ask for their removal' }).click();
  await expect(dialog(page).getByLabel('Reason')).toBeFocused();
  await dialog(page).getByLabel('Language of the mail').selectOption('French');
  await expectAccessible(page);
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await dialog(page).getByLabel('Reason').fill('seen at the desk');
  await dialog(page).getByRole('button', { name: 'Ask for their removal' }).click();
  expect((await sent).postDataJSON()).toEqual({ reason: 'seen at the desk', language: 'fr' });
  await expect(lost(page).getByText('Waits for approval')).toBeVisible();
  await expect(lost(page).getByText('in 2 days')).toBeVisible();
  await expect(lost(page).getByRole('button', { name: /^Ask/ })).toHaveCount(0);
  await expect(lost(page).getByRole('button', { name: /^Approve/ })).toHaveCount(0);
  await lost(page)
    .getByRole('button', { name: /^Cancel the removal/ })
    .click();
  await dialog(page).getByRole('button', { name: 'Cancel' }).last().click();
  await expect(lost(page).getByText('Cancelled', { exact: true })).toBeVisible();
});

test('another administrator approves, or refuses, and sees how long it waits', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users');
  const open = lost(page);
  await expect(open.getByRole('row').filter({ hasText: 'Lapsed' })).toHaveCount(0);
  await open.getByRole('button', { name: 'Approve the removal for ines.martin' }).click();
  await expect(dialog(page).getByText('by another way than a mail')).toBeVisible();
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Approve' }).click();
  const row = open.getByRole('row').filter({ hasText: 'ines.martin' });
  await expect(row).toContainText('factors go in 23 hours');
  await expect(row).toContainText('nadia');
  await open.getByRole('link', { name: 'anna.m16' }).click();
  await lost(page).getByRole('button', { name: 'Cancel the removal for anna.m16' }).click();
  await dialog(page).getByRole('button', { name: 'Refuse' }).click();
  await expect(lost(page).getByText('Cancelled', { exact: true })).toBeVisible();
});

test('nobody asks for the own factors, nor for who has none', async ({ page }) => {
  await signIn(page, 'nadia');
  for (const user of ['4', '101']) {
    await visit(page, `/people/users/${user}`);
    await expect(page.getByRole('heading', { level: 2, name: 'Rights' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Ask for their removal' })).toHaveCount(0);
  }
});
