import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

test('a customer comes from the annex, reads a text, signs it and takes it back', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/annex');
  await page.getByRole('link', { name: 'Attestations' }).click();
  await expect(rowOf(page, 'S10-C-01')).toContainText('Signed');
  await expect(rowOf(page, 'S07-C-07')).toContainText('Ends soon');
  await expect(rowOf(page, 'S10-C-02')).toContainText('Nobody signed');
  await page.getByRole('link', { name: 'Our users know how to use the services' }).click();
  await expect(page.getByText('Our users know how.')).toBeVisible();
  await expect(page.getByText('Nobody signed this yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Our users know how.');
  await expectAccessible(page);
  // Nothing goes out before the box is ticked.
  let asked = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/attestations')) ++asked;
  });
  await dialog.getByRole('button', { name: 'Sign' }).click();
  await expect(dialog).toBeVisible();
  expect(asked).toBe(0);
  await dialog.getByRole('checkbox').check();
  const sent = page.waitForRequest(/attestations$/);
  await dialog.getByRole('button', { name: 'Sign' }).click();
  expect((await sent).postDataJSON()).toEqual({
    topic: 'skills',
    version: 1,
    text_sha256: 'a3f1'.repeat(16),
    language: 'en',
  });
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.chip').first()).toHaveText('Signed');
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await dialog.getByLabel('Why').fill('Two people are new');
  await dialog.getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.locator('.chip').first()).toHaveText('Withdrawn');
  await expect(rowOf(page, 'Two people are new')).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Withdraw' })).toHaveCount(0);
});

test('who manages access is named, and who left is not named again', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/annex/S10-C-01');
  await page.getByRole('link', { name: 'Read it, and see who signed' }).click();
  await expect(rowOf(page, 'Replaced by a later one')).toHaveCount(1);
  await visit(page, '/attestations/access_management');
  await expect(page.getByText('gaspard (left or suspended)')).toBeVisible();
  await expect(page.locator('.chip').first()).toHaveText('Who was named left');
  await page.getByRole('button', { name: 'Sign again' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('nadia')).toBeChecked();
  await dialog.getByLabel(/I have read version 1/).check();
  const sent = page.waitForRequest(/attestations$/);
  await dialog.getByRole('button', { name: 'Sign' }).click();
  expect((await sent).postDataJSON()).toMatchObject({ administrators: ['4'] });
  await expect(page.locator('.chip').first()).toHaveText('Signed');
});

test('who only reads signs nothing', async ({ page }) => {
  await signIn(page, 'lucas');
  await visit(page, '/attestations/staff');
  await expect(page.getByText('We answer for our staff.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^(Sign|Sign again|Withdraw)$/ })).toHaveCount(0);
});

test('the provider is asked nothing, and reads what a customer signed', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/attestations');
  await expect(page.getByText('Nothing is asked of the provider itself.')).toBeVisible();
  await page.getByLabel('Whose attestations').selectOption('Atelier Rivage');
  await page.getByRole('link', { name: 'We answer for our staff' }).click();
  await expect(page.getByText('We answer for our staff.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^(Sign|Sign again|Withdraw)$/ })).toHaveCount(0);
});

test.describe('in French', () => {
  test.use({ locale: 'fr-FR' });
  test('no English is left of attestations', async ({ page }) => {
    await signIn(page, 'nadia');
    for (const place of ['', '/access_management', '/instructions', '/guest_access']) {
      await visit(page, `/attestations${place}`);
      await expect(page.locator('.chip').first()).toBeVisible();
      await expectFrench(page, []);
    }
    await page.getByRole('button', { name: 'Signer de nouveau' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectFrench(page, []);
  });
});
