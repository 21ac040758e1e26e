import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

const panel = (page: Page) =>
  page.locator('section').filter({
    has: page.getByRole('heading', { level: 2, name: 'Second factor for everybody' }),
  });
const dialog = (page: Page) => page.getByRole('dialog');

test('an administrator asks everybody for a second factor, and the privileged alone again', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users');
  await expect(panel(page).getByText('asked of who is privileged alone')).toBeVisible();
  await expect(panel(page).getByText(/\d+ of \d+ active users have none yet/)).toBeVisible();
  await panel(page).getByRole('button', { name: 'Ask everybody for it' }).click();
  await expect(dialog(page).getByText(/It holds at once/)).toBeVisible();
  await expect(dialog(page).getByText(/\d+ of \d+ active users have none yet/)).toBeVisible();
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Ask everybody for it' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(panel(page).getByText('asked of everybody', { exact: true })).toBeVisible();
  await panel(page).getByRole('button', { name: 'Ask the privileged alone' }).click();
  await dialog(page).getByRole('button', { name: 'Ask the privileged alone' }).click();
  await expect(panel(page).getByText('asked of who is privileged alone')).toBeVisible();
});

test('nobody else is shown the rule', async ({ page }) => {
  await signIn(page, 'lucas');
  await visit(page, '/people/users');
  await expect(page.getByRole('heading', { level: 2, name: 'Users' })).toBeVisible();
  await expect(panel(page)).toHaveCount(0);
});

test('who has no factor is told why to enrol one, and can go nowhere else until then', async ({
  page,
}) => {
  await signIn(page, 'noor');
  await expect(
    page.getByText('Your organisation asks everybody for a second factor'),
  ).toBeVisible();
  await expect(page.getByRole('link', { name: 'Annex' })).toHaveCount(0);
  await visit(page, '/buckets');
  await expect(
    page.getByText('Your organisation asks everybody for a second factor'),
  ).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(page.getByText('Votre organisation exige de tous un second facteur')).toBeVisible();
  await expectFrench(page);
});

test('who administers the provider is asked for a passkey, then by nothing else', async ({
  page,
}) => {
  await signIn(page, 'admin');
  await expect(page.getByText('You administer the provider')).toBeVisible();
  await page.route('**/api/v1/session', async (route) => {
    const answer = await route.fetch();
    const who = (await answer.json()) as { user: { passkeys: number }; passkey_due: boolean };
    who.user.passkeys = 1;
    who.passkey_due = true;
    await route.fulfill({ response: answer, json: who });
  });
  await page.route('**/api/v1/disks*', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      json: { message_id: 'iam.passkey_step_up_needed', title: 'Not allowed', detail: 'Confirm.' },
    }),
  );
  await page.reload();
  await expect(page.getByText('You administer the provider')).toHaveCount(0);
  await visit(page, '/disks');
  await expect(dialog(page).getByText('a code does not suffice')).toBeVisible();
  await expect(dialog(page).getByLabel('Six-digit code')).toHaveCount(0);
  await expect(dialog(page).getByRole('button', { name: 'Use the passkey' })).toBeVisible();
  await expectAccessible(page);
});
