import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

const panel = (page: Page, name: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name }) });
const dialog = (page: Page) => page.getByRole('dialog');

test('a bucket that is open to everybody is marked, and closed by its settings', async ({
  page,
}) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets');
  const open = page.getByRole('row', { name: /rivage-photos/ });
  await expect(open.getByText('Open to everybody')).toBeVisible();
  await expect(
    page.getByRole('row', { name: /rivage-archive/ }).getByText('Open to everybody'),
  ).toHaveCount(0);
  await expectAccessible(page);
  await visit(page, '/buckets/rivage-photos');
  await expect(page.getByText('Open to everybody')).toBeVisible();
  await expectAccessible(page);
  await visit(page, '/buckets/rivage-photos/-/access');
  const settings = panel(page, 'Public access');
  await expect(settings.getByText('Open to everybody')).toBeVisible();
  await expectAccessible(page);
  await settings.getByLabel('Let a public policy open nothing to others').check();
  await settings.getByRole('button', { name: 'Save the settings' }).click();
  await expect(dialog(page).getByText('It holds for every request from now on.')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Save the settings' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(settings.getByText(/nobody beyond your organisation is let in/)).toBeVisible();
  await settings.getByLabel('Let a public policy open nothing to others').uncheck();
  await settings.getByRole('button', { name: 'Save the settings' }).click();
  await expect(dialog(page).getByText(/everybody in the world/)).toBeVisible();
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Lift the block' }).click();
  await expect(settings.getByText('Open to everybody')).toBeVisible();
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(page.getByText('Ouvert à tous').first()).toBeVisible();
  await expectFrench(page);
});

test('an administrator closes all buckets at once; others are not shown that', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets');
  await expect(page.getByText('rivage-photos')).toBeVisible();
  await expect(panel(page, 'Public access to all buckets')).toHaveCount(0);
  await page.context().clearCookies();
  await signIn(page, 'nadia');
  await visit(page, '/buckets');
  const settings = panel(page, 'Public access to all buckets');
  await settings.getByLabel('Let a public policy open nothing to others').check();
  await settings.getByRole('button', { name: 'Save the settings' }).click();
  await dialog(page).getByRole('button', { name: 'Save the settings' }).click();
  await expect(page.getByText('Open to everybody')).toHaveCount(0);
  await expectAccessible(page);
  await settings.getByLabel('Let a public policy open nothing to others').uncheck();
  await settings.getByRole('button', { name: 'Save the settings' }).click();
  await dialog(page).getByRole('button', { name: 'Lift the block' }).click();
  await expect(page.getByText('Open to everybody')).toBeVisible();
});
