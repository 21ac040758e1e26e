import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

const dialog = (page: Page) => page.getByRole('dialog');

test('an administrator lets somebody look after a group, sees it, and ends it', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/delegations');
  await page.getByRole('button', { name: 'Let somebody look after a group' }).click();
  await dialog(page).getByLabel('Person').selectOption({ label: 'remi' });
  await dialog(page).getByLabel('Group whose people it looks after').selectOption('601');
  await dialog(page).getByLabel('suspend and readmit them').check();
  await dialog(page).getByLabel('Nothing but reading').check();
  // Nothing privileged is offered.
  await expect(dialog(page).getByLabel('Revision')).toHaveCount(0);
  await expect(dialog(page).getByLabel('Backups')).toBeVisible();
  await dialog(page).getByLabel('How long').selectOption('7776000');
  await expectAccessible(page);
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await dialog(page).getByRole('button', { name: 'Let somebody look after a group' }).click();
  expect((await sent).postDataJSON()).toEqual({
    delegate: '3',
    unit: '601',
    acts: ['invite', 'suspend', 'give'],
    role_max: 'reader',
    profiles: ['503'],
    groups: [],
    duration_s: 7_776_000,
  });
  await expect(dialog(page)).toBeHidden();
  const row = page.getByRole('row', { name: /^remi/ });
  await expect(row).toContainText('Nothing but reading');
  await visit(page, '/people/users/3');
  await expect(page.getByRole('heading', { level: 2, name: 'Looks after' })).toBeVisible();
  await visit(page, '/people/delegations');
  await row.getByRole('button', { name: 'End that remi looks after Night shift' }).click();
  await expect(dialog(page).getByText(/What was given stays/)).toBeVisible();
  await dialog(page).getByRole('button', { name: 'End the delegation' }).click();
  await expect(row).toHaveCount(0);
});

test('what does not go is said, and the form stays', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/delegations');
  await page.getByRole('button', { name: 'Let somebody look after a group' }).click();
  await dialog(page).getByLabel('Person').selectOption('4');
  await dialog(page).getByLabel('Group whose people it looks after').selectOption('601');
  await dialog(page).getByRole('button', { name: 'Let somebody look after a group' }).click();
  await expect(dialog(page).getByText('nadia cannot look after a group.')).toBeVisible();
});

test('who decides a request for one sees what it would allow', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/requests/7006');
  await expect(page.getByText('give what is listed')).toBeVisible();
  await expect(page.getByText('Backups')).toBeVisible();
  await visit(page, '/people/delegations');
  await expect(page.getByRole('link', { name: 'asked for' })).toHaveAttribute(
    'href',
    '#/people/requests/7006',
  );
});

test('a delegate sees what it looks after, and what it may do there alone', async ({ page }) => {
  await signIn(page, 'ines');
  await visit(page, '/people/delegations');
  await expect(page.getByRole('heading', { level: 2, name: 'What you look after' })).toBeVisible();
  await expect(page.getByRole('row', { name: /^ines/ })).toContainText(
    'has become privileged, not given any more',
  );
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('button', { name: /End|Let somebody/ })).toHaveCount(0);
  await visit(page, '/people/users');
  await expect(page.getByRole('button', { name: 'Create a user' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Invite' }).click();
  await expect(dialog(page).getByLabel('Role')).toBeVisible();
  await expect(dialog(page).getByRole('option', { name: /dministrator/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await visit(page, '/people/delegations');
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(page.getByText('Ce dont vous vous occupez')).toBeVisible();
  await expectFrench(page, ['Night shift', 'Backups', 'Revision', 'ines']);
});

test('who looks after nothing is not shown the list', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/people/requests');
  await expect(page.getByRole('link', { name: 'Requests' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Delegations' })).toHaveCount(0);
});
