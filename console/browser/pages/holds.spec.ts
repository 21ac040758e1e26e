import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

const holdOf = (page: Page, reason: string) => page.getByRole('row').filter({ hasText: reason });

test('a hold is placed on what is searched for, looked into and released', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/audit');
  await expect(holdOf(page, 'Case 12')).toContainText('actor=claire');
  await expect(holdOf(page, 'Case 13')).toContainText('Damaged');
  await expect(holdOf(page, 'Case 13').getByRole('link')).toHaveCount(0);
  await page.getByLabel('Action').fill('iam:*');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('button', { name: 'Place a hold' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Why').fill('Case 14');
  await expectAccessible(page);
  const asked = page.waitForRequest(/audit\/holds$/);
  await dialog.getByRole('button', { name: 'Place a hold' }).click();
  expect((await asked).postDataJSON()).toMatchObject({
    reason: 'Case 14',
    filter: { action: 'iam:*' },
  });
  await expect(holdOf(page, 'Case 14')).toContainText('Copying: 25 % looked through');
  await page.getByRole('button', { name: 'Show the events of hold Case 14' }).click();
  await expect(dialog.locator('tbody tr')).toHaveCount(3);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Release hold Case 14' }).click();
  await dialog.getByLabel('Why').fill('Closed');
  await dialog.getByRole('button', { name: 'Release' }).click();
  await expect(holdOf(page, 'Case 14')).toHaveCount(0);
  await expectAccessible(page);
});

test('who may not see holds is shown none', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/audit');
  await expect(page.locator('tbody tr')).toHaveCount(50);
  await expect(page.getByText('Legal holds')).toHaveCount(0);
});

test.describe('in French', () => {
  test.use({ locale: 'fr-FR' });
  test('no English is left of holds', async ({ page }) => {
    await signIn(page, 'nadia');
    await visit(page, '/audit');
    await page.getByRole('button', { name: 'Placer une conservation' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectFrench(page, ['You may not do this here. Ask an administrator for the right.']);
  });
});
