import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

const rowsOf = (page: Page) => page.locator('tbody tr');

test('the audit log is searched and read to its end', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/audit');
  await expect(rowsOf(page)).toHaveCount(50);
  await page.getByRole('button', { name: 'Show older events' }).click();
  await expect(rowsOf(page)).toHaveCount(100);
  await page.getByLabel('Action').fill('iam:*');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(rowsOf(page)).toHaveCount(30);
  // What has few answers is asked for at once.
  await page.getByLabel('Outcome').selectOption('Failed');
  await expect(rowsOf(page)).toHaveCount(3);
  await expectAccessible(page);
});

test('what is searched for stands in the address', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/audit');
  await page.getByLabel('Time', { exact: true }).selectOption('Last 7 days');
  await page.getByLabel('Action').fill('s3:PutObject');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(rowsOf(page)).toHaveCount(30);
  const address = page.url();
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(rowsOf(page)).toHaveCount(50);
  await page.goBack();
  await expect(rowsOf(page)).toHaveCount(30);
  await page.goto('about:blank');
  await page.goto(address);
  await expect(page.getByLabel('Action')).toHaveValue('s3:PutObject');
  await expect(page.getByLabel('Time', { exact: true })).toHaveValue('week');
  const link = await page.getByRole('link', { name: 'Export' }).getAttribute('href');
  expect(link).toMatch(/^\/api\/v1\/audit\/export\?from_us=\d+&action=s3%3APutObject$/);
});

test('an event shows all it has, and leads to its like', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/audit');
  await page
    .getByRole('button', { name: /Details of iam:SignIn/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('7f3a2');
  await dialog.getByText('The whole event').click();
  await expect(dialog.getByText('"class_uid": 6003')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Show only events with the same Action' }).click();
  await expect(rowsOf(page)).toHaveCount(30);
  await expect(page.getByLabel('Action')).toHaveValue('iam:SignIn');
});

test('new events come by themselves, each once', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/audit');
  await expect(rowsOf(page)).toHaveCount(50);
  await page.getByRole('switch', { name: 'Live' }).click();
  await expect(page.getByText('2 new events')).toBeVisible();
  await expect(rowsOf(page)).toHaveCount(52);
  await expect(rowsOf(page).first()).toContainText('s3:DeleteObject');
  await expectAccessible(page);
});

test('a search that was not done in time says so', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/audit');
  await page.getByLabel('Source address').fill('203.0.113.9');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('This search takes longer')).toBeVisible();
});

test('a proof that does not hold is told step by step', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/audit');
  await page.route('**/audit/tiles/**', (route) => route.fulfill({ body: Buffer.alloc(8192) }));
  await page
    .getByRole('button', { name: /Details of/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await expect(page.getByText('Not proved.')).toBeVisible();
  await expect(page.getByText('does not lead to the signed root')).toBeVisible();
  await expectAccessible(page);
});

test.describe('in French', () => {
  test.use({ locale: 'fr-FR' });
  test('no English is left', async ({ page }) => {
    await signIn(page, 'admin');
    await visit(page, '/audit/range~3Dcustom');
    await page.route('**/audit/tiles/**', (route) => route.fulfill({ body: Buffer.alloc(8192) }));
    await expect(rowsOf(page)).toHaveCount(50);
    await page
      .getByRole('button', { name: /Détails de/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Vérifier maintenant' }).click();
    await expect(page.getByText('Non prouvé.')).toBeVisible();
    await expectFrench(page, ['You may not do this here. Ask an administrator for the right.']);
  });
});
