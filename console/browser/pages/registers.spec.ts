import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

test('staff comes from the annex, approves what another proposed, and reviews it', async ({
  page,
}) => {
  await signIn(page, 'admin');
  await visit(page, '/annex');
  await page.getByRole('link', { name: 'Registers' }).click();
  await expect(rowOf(page, 'IAM-1')).toContainText('Overdue');
  await expect(rowOf(page, 'INC-1')).toContainText('None approved');
  await page.getByRole('link', { name: 'Qui reçoit quel accès' }).click();
  await expect(rowOf(page, 'access-2.pdf').getByRole('button', { name: 'Review' })).toBeVisible();
  await expect(rowOf(page, 'access-1.pdf').getByRole('button')).toHaveCount(0);
  await rowOf(page, 'access-3.pdf').getByRole('button', { name: 'Approve version 3' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('b7c4'.repeat(16));
  await expectAccessible(page);
  const sent = page.waitForRequest(/transitions$/);
  await dialog.getByRole('button', { name: 'Approve' }).click();
  expect((await sent).postDataJSON()).toEqual({ act: 'approve', version: 3 });
  await expect(dialog).toHaveCount(0);
  await expect(rowOf(page, 'access-3.pdf')).toContainText('Approved');
  await expect(rowOf(page, 'access-2.pdf')).toContainText('Superseded');
  await rowOf(page, 'access-3.pdf').getByRole('button', { name: 'Review' }).click();
  await dialog.getByRole('button', { name: 'Review' }).click();
  await expect(dialog).toHaveCount(0);
});

test('nobody is offered to approve what is its own', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/registers/documents/8802');
  const own = rowOf(page, 'access-1.pdf');
  await expect(own.getByRole('button', { name: 'Withdraw' })).toBeVisible();
  await expect(own.getByRole('button', { name: 'Approve' })).toHaveCount(0);
});

test('a system shows how people sign in and what a scan found', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/registers/systems');
  await page.getByRole('link', { name: 'Supervision' }).click();
  await expect(page.getByText('With accounts of its own')).toBeVisible();
  await expect(page.getByText('Its accounts were never scanned.')).toBeVisible();
  await expect(page.getByText('Nothing describes it')).toBeVisible();
  await visit(page, '/registers/systems/8901');
  await expect(rowOf(page, 'root')).toContainText('Coffre');
  await page.getByRole('button', { name: 'Retire' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retire' }).click();
  await expect(page.locator('.chip').first()).toHaveText('Retired');
  await page.getByRole('button', { name: 'Put into service again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put into service again' }).click();
  await expect(page.locator('.chip').first()).toHaveText('In service');
});

test('a customer sees no way to it', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/annex');
  await expect(page.getByRole('link', { name: 'Attestations' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Registers' })).toHaveCount(0);
});

test.describe('in French', () => {
  test.use({ locale: 'fr-FR' });

  test('all of it is', async ({ page }) => {
    await signIn(page, 'admin');
    for (const place of ['documents', 'documents/8801', 'systems', 'systems/8901']) {
      await visit(page, `/registers/${place}`);
      await expectFrench(page, []);
    }
    await visit(page, '/registers/documents/8802');
    await page.getByRole('button', { name: 'Retirer' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectFrench(page, []);
  });
});
