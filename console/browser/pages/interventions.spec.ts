import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, settle } from '../expectations';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each changes what is its own.
const dialog = (page: Page) => page.getByRole('dialog');
const panel = (page: Page, title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: title }) });

test('staff that administers nothing asks for an intervention, and withdraws it', async ({
  page,
}) => {
  await signIn(page, 'olga');
  await page.getByRole('link', { name: 'People' }).click();
  await expect(page).toHaveURL(/people\/interventions$/);
  await expect(page.getByRole('link', { name: 'Users' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Ask for an intervention' }).click();
  const number = page.getByLabel('Number of the customer');
  await number.fill('Rivage');
  await page.getByLabel('Reason').fill('ticket 5000');
  for (const act of ['List the objects of a bucket', 'Read objects']) {
    await page.getByLabel(act).uncheck();
  }
  await page.getByRole('button', { name: 'Ask for an intervention' }).click();
  await expect(page.getByText('A number has 1 to 19 digits.')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('Choose at least one.');
  await expectAccessible(page);
  await page.getByLabel('Delete objects').check();
  await number.fill('000000000009');
  await page.getByRole('button', { name: 'Ask for an intervention' }).click();
  await expect(page.getByText('There is no such customer.')).toBeVisible();
  await number.fill('0000 0000 0002');
  await page.getByLabel('In the bucket').fill('rivage-archive');
  await page.getByLabel('For how long').selectOption('12\u00a0h');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Ask for an intervention' }).click();
  expect((await sent).postDataJSON()).toEqual({
    tenant: '2',
    actions: ['s3:DeleteObject'],
    bucket: 'rivage-archive',
    reason: 'ticket 5000',
    duration_s: 43_200,
  });
  await expect(page.getByRole('heading', { level: 1, name: 'by olga' })).toBeVisible();
  await expect(page.getByText('another administrator decides')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Stop it before it begins' }).click();
  await dialog(page).getByRole('button', { name: 'Stop it before it begins' }).click();
  await expect(page.getByText('by the provider (olga)')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop it before it begins' })).toHaveCount(0);
});

test('an administrator of the provider decides what others asked, and asks for others', async ({
  page,
}) => {
  await signIn(page, 'admin');
  await visit(page, '/people/interventions');
  const waiting = panel(page, 'For you to decide');
  await expect(waiting.getByText('ticket')).toHaveCount(0);
  await expect(waiting.getByRole('row').filter({ hasText: 'admin,' })).toHaveCount(0);
  await visit(page, '/people/interventions/3004');
  await expect(page.getByText('You asked for it or act in it')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await visit(page, '/people/interventions/3006');
  await page.getByLabel('Reason of the decision').fill('go ahead');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('Open now')).toBeVisible();
  await expect(page.getByText('go ahead')).toBeVisible();
  await expect(page.getByText(/^in (59 minutes|1 hour|2 hours)$/)).toBeVisible();
  await expectAccessible(page);
  await visit(page, '/people/interventions/new');
  await page.getByLabel('Who acts').selectOption('olga');
  await page.getByLabel('Reason').fill('ticket 5001');
  await page.getByRole('button', { name: 'Ask for an intervention' }).click();
  await expect(page.getByText('Choose one.')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Customer').selectOption('Atelier Rivage');
  await page.getByRole('button', { name: 'Ask for an intervention' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'by olga' })).toBeVisible();
  await expect(page.getByText('ticket 5001')).toBeVisible();
  await visit(page, '/people/interventions');
  await page.getByLabel('Show').selectOption('Over');
  await expect(
    panel(page, 'Other interventions').getByText('Over', { exact: true }),
  ).not.toHaveCount(0);
  await expect(panel(page, 'Other interventions').getByText('Open now')).toHaveCount(0);
});

test('a customer sees what staff does on its data, ends it, and finds it in the log', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/interventions');
  await expect(page.getByRole('link', { name: 'Ask for an intervention' })).toHaveCount(0);
  await expect(page.locator('tbody').getByText('Waits for a decision').first()).toBeVisible();
  await visit(page, '/people/interventions/3001');
  await expect(page.getByText('An administrator of your provider decides.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await visit(page, '/people/interventions/3005');
  for (const fact of ['olga', 'ticket 4711: a photo does not open', 'agreed by telephone']) {
    await expect(page.locator('.facts').first()).toContainText(fact);
  }
  await page.getByRole('button', { name: 'End it at once' }).click();
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'End it at once' }).click();
  await expect(page.getByText('by the customer (nadia)')).toBeVisible();
  await expectAccessible(page);
  const asked = page.waitForRequest(/audit\/events/);
  await page.getByRole('link', { name: 'See all of it in the log' }).click();
  expect(new URL((await asked).url()).searchParams.getAll('detail')).toEqual(['intervention=3005']);
  await settle(page);
  await expect(page.getByRole('textbox', { name: 'Detail' })).toHaveValue('intervention=3005');
});

test('who neither is of the provider nor administers sees no interventions', async ({ page }) => {
  await signIn(page, 'claire');
  for (const place of ['interventions', 'interventions/3001', 'interventions/new', 'directories']) {
    await visit(page, `/people/${place}`);
    await expect(page.getByText('You may not see this page.')).toBeVisible();
  }
  await visit(page, '/people/requests');
  await expect(page.getByRole('link', { name: 'Interventions' })).toHaveCount(0);
});
