import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn, visit } from './persons';

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
const dialog = (page: Page) => page.getByRole('dialog');
const act = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('who administers the provider sees the tree, and those that ended when asked', async ({
  page,
}) => {
  await signIn(page, 'admin');
  await page.getByRole('link', { name: 'Organisations' }).click();
  await expect(row(page, 'Port de Pêche')).toContainText('level 2');
  await expect(row(page, 'Verrerie du Lac')).toContainText('suspended');
  await expect(row(page, 'Verrerie du Lac')).toContainText('contract over');
  await expect(row(page, 'Scierie Haute')).toHaveCount(0);
  await page.getByRole('switch', { name: 'Show those that have ended' }).click();
  await expect(row(page, 'Scierie Haute')).toContainText('ended');
  await expect(row(page, 'Scierie Haute').getByRole('button')).toHaveCount(0);
  // The provider is renamed, and nothing else.
  await expect(row(page, 'Aubade Hosting').getByRole('button')).toHaveText(['Rename']);
});

test('an organisation is made below a partner, renamed, suspended, resumed and ended', async ({
  page,
}) => {
  await signIn(page, 'admin');
  await visit(page, '/tenants');
  await act(page, 'Create an organisation').click();
  await dialog(page).getByLabel('Name').fill('Chantier Naval');
  await dialog(page).getByLabel('Below').selectOption('Conseil Estuaire');
  await dialog(page).getByRole('button', { name: 'Create an organisation' }).click();
  await expect(row(page, 'Chantier Naval')).toContainText('level 2');
  await act(page, 'Rename Chantier Naval').click();
  await dialog(page).getByLabel('Name').fill('Chantier du Port');
  await dialog(page).getByRole('button', { name: 'Rename' }).click();
  await act(page, 'Suspend Chantier du Port').click();
  await expect(dialog(page).getByText(/Nobody of Chantier du Port signs in/)).toBeVisible();
  await dialog(page).getByLabel('Reason').fill('bills unpaid');
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Suspend' }).click();
  await expect(row(page, 'Chantier du Port')).toContainText('bills unpaid');
  await act(page, 'Resume Chantier du Port').click();
  await dialog(page).getByRole('button', { name: 'Resume' }).click();
  await expect(row(page, 'Chantier du Port')).toContainText('active');
  await act(page, 'Suspend Chantier du Port').click();
  await dialog(page).getByLabel('Reason').fill('contract over');
  await dialog(page).getByRole('button', { name: 'Suspend' }).click();
  await act(page, 'End Chantier du Port for good').click();
  await expect(dialog(page).getByText(/do not come back/)).toBeVisible();
  await dialog(page).getByRole('button', { name: 'End for good' }).click();
  await expect(row(page, 'Chantier du Port')).toHaveCount(0);
});

test("a partner's suspension is shown on its customers", async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/tenants');
  await act(page, 'Suspend Conseil Estuaire').click();
  await expect(dialog(page).getByText(/all organisations below it/)).toBeVisible();
  await dialog(page).getByLabel('Reason').fill('by order');
  await dialog(page).getByRole('button', { name: 'Suspend' }).click();
  await expect(row(page, 'Port de Pêche')).toContainText('suspended with the one above');
  await act(page, 'Resume Conseil Estuaire').click();
  await dialog(page).getByRole('button', { name: 'Resume' }).click();
  await expect(row(page, 'Port de Pêche')).toContainText('active');
});

test('the page and its dialogs are in French too', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/tenants');
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Organisations' })).toBeVisible();
  await act(page, 'Suspendre Conseil Estuaire').click();
  await expect(dialog(page).getByText(/Il en va de même/)).toBeVisible();
});

test('who has nobody below is shown no such page', async ({ page }) => {
  await signIn(page, 'nadia');
  await expect(page.getByRole('link', { name: 'Organisations' })).toHaveCount(0);
  await visit(page, '/tenants');
  await expect(page.getByText('Who stands below whom')).toHaveCount(0);
});
