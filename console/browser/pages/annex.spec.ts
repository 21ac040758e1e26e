import { expect, test } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn, visit } from './persons';

test('only what is kept is green, and every verdict has its word', async ({ page }) => {
  await signIn(page, 'admin');
  const chip = (verdict: string) => page.locator(`.chip[data-verdict=${verdict}]`).first();
  const colour = (verdict: string) =>
    chip(verdict).evaluate((element) => getComputedStyle(element).color);
  await expect(chip('pass')).toHaveText('Kept');
  await expect(chip('fail')).toHaveText('Broken');
  await expect(chip('stale')).toHaveText('Stale');
  await expect(chip('error')).toHaveText('Check failed');
  const green = await colour('pass');
  for (const verdict of ['fail', 'stale', 'error']) expect(await colour(verdict)).not.toBe(green);
  await visit(page, '/annex/S02-P-01');
  await expect(chip('no_data')).toHaveText('No data');
  expect(await colour('no_data')).not.toBe(green);
});

test('the promises are chosen by party, verdict and words', async ({ page }) => {
  await signIn(page, 'admin');
  const lines = page.locator('li[data-verdict]');
  await expect(lines).toHaveCount(6);
  await page.getByRole('button', { name: /Broken/ }).click();
  await expect(lines).toHaveCount(1);
  await expect(lines).toContainText('power segment');
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByRole('textbox').fill('three copies');
  await expect(lines).toHaveCount(1);
  await page.getByRole('textbox').fill('');
  await page.getByText('Customer', { exact: true }).click();
  await expect(lines).toHaveCount(0);
  await expect(page.getByText('1 promise without a check yet')).toHaveCount(2);
  await page.getByRole('textbox').fill('nothing like it');
  await expect(page.getByText('No promise matches.')).toBeVisible();
});

test('a broken promise names what breaks it, its check and its evidence', async ({ page }) => {
  await signIn(page, 'admin');
  await page.getByRole('link', { name: /No single power segment/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('S06-P-08');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByText('server:par1-s1')).toBeVisible();
  await expect(page.getByText('2 break the promise')).toBeVisible();
  await expect(page.getByText('4 shown keep it')).toBeVisible();
  await expect(page.getByText('belfry verify ledger-copy')).toBeVisible();
  await expect(page.locator('[data-ledger-index]')).toHaveText('41');
});

test('a proof that does not hold is told as such', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/annex/S06-P-08');
  // The mock's ledger is made up: its checkpoint is signed by nobody.
  await page.route('**/audit/tiles/**', (route) => route.fulfill({ body: Buffer.alloc(8192) }));
  await page.getByRole('button', { name: 'Check the proof here' }).click();
  await expect(page.locator('[data-outcome=fail]')).toHaveCount(3);
  await expect(page.getByText('Tell your auditor').first()).toBeVisible();
});

test('the lists that a check reads are shown with their source', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/annex/S05-P-01');
  const row = page.getByRole('row', { name: /countries/ });
  await expect(row).toContainText('DE, FR');
  await expect(row).toContainText('our default');
  await expect(page.getByText('Storage', { exact: true })).toBeVisible();
});

test('a customer is shown no step that only staff can take', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/annex/S06-P-08');
  await expect(page.locator('[data-ledger-index]')).toHaveText('41');
  await expect(page.getByText('note the root and the number of the entry')).toBeVisible();
  await expect(page.getByText('belfry audit fetch')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Check the proof here' })).toHaveCount(0);
});

test('what cannot be had says so, keeps what was there, and can be asked again', async ({
  page,
  context,
  baseURL,
}) => {
  await signIn(page, 'admin');
  await context.addCookies([{ name: 'mock-fault', value: '403', url: baseURL ?? '' }]);
  await visit(page, '/disks');
  await expect(page.getByRole('alert').first()).toContainText('Wait a moment, then try again.');
  await expectAccessible(page);
  await context.clearCookies({ name: 'mock-fault' });
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await expect(page.getByText('par1-s1-d1').first()).toBeVisible();
});

test('a daemon that is gone is told as such', async ({ page }) => {
  await page.route('**/api/v1/session', (route) => route.abort());
  await page.goto('/');
  await expect(page.getByRole('alert')).toContainText('The service does not answer.');
  await page.unroute('**/api/v1/session');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('[name=user]')).toBeVisible();
});

test('a scrub shows how far it is, then what it found', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/disks');
  await page.getByRole('button', { name: 'Scrub all disks' }).click();
  await expect(page.getByRole('progressbar', { name: 'Scrub of all disks' })).toBeVisible();
  await expect(page.getByText('1 damaged copy found')).toBeVisible();
  await expect(page.getByText('1 repaired')).toBeVisible();
  await expectAccessible(page);
});

test('a disk that failed is taken back when asked', async ({ page }) => {
  await signIn(page, 'admin');
  await visit(page, '/disks');
  await page.getByRole('button', { name: 'Use rbx1-s3-d2 again' }).click();
  await expect(page.getByRole('progressbar', { name: 'Return of rbx1-s3-d2' })).toBeVisible();
  await expect(page.getByText('rbx1-s3-d2 is in use again')).toBeVisible();
  await expectAccessible(page);
});
