import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, settle } from '../expectations';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each changes what is its own.
const dialog = (page: Page) => page.getByRole('dialog');
const panel = (page: Page, title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: title }) });

test('what one person may not give is asked for in place', async ({ page }) => {
  await signIn(page, 'nadia');
  for (const [place, choice] of [
    ['users/110', 'Vault keys'],
    ['groups/601', 'Vault keys'],
    ['profiles/504', 'hugo.martin'],
  ] as const) {
    await visit(page, `/people/${place}`);
    await page.getByRole('button', { name: 'Give a profile' }).click();
    await dialog(page).getByRole('searchbox').fill(choice);
    await page.keyboard.press('Enter');
    await expect(dialog(page).getByText('Ask for it with a request.')).toBeVisible();
    await expectAccessible(page);
    await dialog(page).getByLabel('Reason').fill('the quarterly test of the vault');
    await dialog(page).getByLabel('For how long').selectOption('8\u00a0h');
    await dialog(page).getByRole('button', { name: 'Ask for it' }).click();
    await expect(dialog(page).getByText('1 person can decide it.')).toBeVisible();
    await expectAccessible(page);
    if (place === 'profiles/504') {
      await dialog(page).getByRole('link', { name: 'See the request' }).click();
    } else {
      await dialog(page).getByRole('button', { name: 'Close' }).last().click();
      await expect(dialog(page)).toBeHidden();
    }
  }
  await expect(page.getByText('the quarterly test of the vault')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Cancel the request' }).click();
  await dialog(page).getByRole('button', { name: 'Cancel the request' }).click();
  await expect(page.getByText('Cancelled', { exact: true })).toBeVisible();
});

test('requests are decided with a reason, by others than who asked', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/requests');
  const waiting = panel(page, 'For you to decide');
  await expect(waiting.getByRole('row').filter({ hasText: 'nadia' })).toHaveCount(0);
  await waiting.getByRole('link', { name: 'Night shift' }).click();
  await page.getByLabel('Reason of the decision').fill('from Monday on');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('Approved', { exact: true })).toBeVisible();
  await expect(page.getByText('from Monday on')).toBeVisible();
  await expectAccessible(page);
  await visit(page, '/people/requests/7002');
  await expect(page.locator('.facts')).toContainText('Administrator');
  await page.getByRole('button', { name: 'Refuse' }).click();
  await expect(page.getByText('Refused', { exact: true })).toBeVisible();
  await visit(page, '/people/requests');
  await page.getByLabel('Show').selectOption('Refused');
  await expect(page.getByRole('link', { name: 'Administrator' })).toBeVisible();
  await visit(page, '/people/requests/7004');
  await expect(page.getByText('Nobody can decide it now')).toBeVisible();
});

test('a member asks for itself, and sees its own requests alone', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/account/rights');
  await page.getByRole('link', { name: 'Ask for more' }).click();
  await settle(page);
  await expect(page.getByText('Who gives rights alone')).toHaveCount(0);
  await page.getByRole('link', { name: 'Ask for a right' }).click();
  await expect(page.getByRole('button', { name: 'Ask for it' })).toBeDisabled();
  await page.getByLabel('What').selectOption('Role');
  await page.getByLabel('Right', { exact: true }).selectOption('Reader');
  await page.getByLabel('Reason').fill('to look around');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Ask for it' }).click();
  await expect(page.getByText('Asked for.')).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(panel(page, 'Your requests').getByRole('link', { name: 'Reader' })).toBeVisible();
  await visit(page, '/people/requests/7001');
  await expect(page.getByRole('alert')).toBeVisible();
});

test('the rule of two persons is made stronger at once, and weaker by request', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/requests');
  const rule = page.getByLabel('Two persons are needed for');
  await rule.selectOption('all rights');
  await page.getByRole('button', { name: 'Set the rule' }).click();
  await expect(page.getByText('Two administrators are needed first.')).toBeVisible();
  await rule.selectOption('no right');
  await page.getByRole('button', { name: 'Set the rule' }).click();
  await dialog(page).getByLabel('Reason').fill('we are two at last');
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Ask for it' }).click();
  await expect(dialog(page).getByText('Asked for.')).toBeVisible();
});
