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

test('a break-glass takes two administrators and a report, which the customer reads', async ({
  page,
  browser,
}) => {
  await signIn(page, 'irene');
  await visit(page, '/people/interventions');
  await page.getByRole('link', { name: 'Break the glass' }).click();
  await page.getByLabel('Reason').fill('disks lost in rack 4');
  await page.getByLabel('For how long').selectOption('45\u00a0min');
  await page.getByRole('button', { name: 'Break the glass' }).click();
  await expect(page.getByText('Choose one.')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Customer').selectOption('Atelier Rivage');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Break the glass' }).click();
  const request = await sent;
  expect(new URL(request.url()).pathname).toBe('/api/v1/interventions/break-glass');
  expect(request.postDataJSON()).toEqual({
    tenant: '2',
    actions: [],
    bucket: '',
    reason: 'disks lost in rack 4',
    duration_s: 2700,
  });
  await expect(page.getByRole('heading', { level: 1, name: 'Break-glass by irene' })).toBeVisible();
  await expect(page.getByText('Everything on buckets and objects')).toBeVisible();
  await expect(page.getByText(/^Time left to approve it: (15|14|13).min/)).toBeVisible();
  // Nobody approves the own one, and nothing is reported of what was not open.
  await expect(page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Report' })).toHaveCount(0);
  await expectAccessible(page);
  const place = new URL(page.url()).hash.slice(1);

  const second = await (await browser.newContext()).newPage();
  await signIn(second, 'admin');
  await visit(second, '/people/interventions');
  await expect(
    panel(second, 'For you to decide').getByRole('row').filter({ hasText: 'irene' }),
  ).toContainText('Break-glass');
  await visit(second, place);
  await expect(second.getByText(/^Time left to approve it/)).toBeVisible();
  await second.getByRole('button', { name: 'Approve' }).click();
  await expect(second.getByText('Open now')).toBeVisible();
  await expect(second.getByText('Once the break-glass is over')).toBeVisible();
  await second.context().close();

  await page.reload();
  await page.getByRole('button', { name: 'End it at once' }).click();
  await dialog(page).getByRole('button', { name: 'End it at once' }).click();
  await expect(page.getByText('Report due')).toBeVisible();
  await expect(page.getByText('in 2 days')).toBeVisible();
  const report = page.getByLabel('What was done, and why it could not wait');
  await report.fill('é'.repeat(2001));
  await expect(page.getByText('Too long by 2 octets')).toBeVisible();
  await expectAccessible(page);
  await report.fill('Read what was left, for each hour lost more copies.');
  await page.getByRole('button', { name: 'Hand in the report' }).click();
  await expect(page.getByText('Handed in by irene')).toBeVisible();
  await expect(page.getByText('Report due')).toHaveCount(0);

  const customer = await (await browser.newContext()).newPage();
  await signIn(customer, 'nadia');
  await visit(customer, place);
  await expect(customer.locator('.facts').first()).toContainText('Break-glass');
  await expect(
    customer.getByText('Read what was left, for each hour lost more copies.'),
  ).toBeVisible();
  await expect(customer.getByRole('button', { name: 'Hand in the report' })).toHaveCount(0);
  await expectAccessible(customer);
  await customer.context().close();
});

test('an overdue report is marked, and handed in for whoever is gone', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/people/interventions');
  await expect(
    panel(page, 'Other interventions').getByRole('row').filter({ hasText: 'yann' }).first(),
  ).toContainText('Report overdue');
  // Who opened it is there, and owes it.
  await visit(page, '/people/interventions/3007');
  await expect(page.getByText('Who opened it writes the report.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Hand in the report' })).toHaveCount(0);
  await visit(page, '/people/interventions/3008');
  await expect(page.getByText('you hand in the report instead')).toBeVisible();
  await page.getByLabel('What was done, and why it could not wait').fill('As the log tells.');
  await page.getByRole('button', { name: 'Hand in the report' }).click();
  await expect(page.getByText('Handed in by admin')).toBeVisible();
  await expect(page.getByText('Report overdue')).toHaveCount(0);
});

test('who administers nothing breaks no glass', async ({ page }) => {
  await signIn(page, 'olga');
  await visit(page, '/people/interventions');
  await expect(page.getByRole('link', { name: 'Ask for an intervention' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Break the glass' })).toHaveCount(0);
  await visit(page, '/people/interventions/break-glass');
  await expect(page.getByText('You may not see this page.')).toBeVisible();
});
