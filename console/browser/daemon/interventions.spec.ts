import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, settle, watch } from '../expectations';
import { address, credentials, nextTotp } from './provider';

// What an administrator does about programs, directories and customers' data.
test.describe.configure({ mode: 'serial' });

let page: Page;
let complaints: string[];

const dialog = () => page.getByRole('dialog');
const panel = (title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: title }) });
const visit = async (place: string) => {
  await page.goto(`${address()}/#${place}`);
  await settle(page);
};

test.beforeAll(async ({ browser }) => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
  const { admin_user, admin_password, admin_totp_secret, api_token } = credentials();
  const made = await context.request.post(`${address()}/api/v1/tenants`, {
    data: { name: 'Harbour', kind: 'customer' },
    headers: { Authorization: `Bearer ${api_token}` },
  });
  expect(made.status(), await made.text()).toBe(201);
  page = await context.newPage();
  complaints = watch(page);
  await page.goto(address());
  await page.locator('[name=user]').fill(admin_user);
  await page.locator('[name=password]').fill(admin_password);
  await page.keyboard.press('Enter');
  await page.locator('[name=totp]').fill(nextTotp(admin_totp_secret));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation').first()).toBeVisible();
});

test.afterAll(async () => {
  await page.context().close();
});

test('asks for an intervention that nobody else can decide, and stops it', async () => {
  await visit('/people/interventions/new');
  await page.getByLabel('Customer').selectOption('Harbour');
  await page.getByLabel('In the bucket').fill('harbour-papers');
  await page.getByLabel('Reason').fill('ticket 7');
  await page.getByRole('button', { name: 'Ask for an intervention' }).click();
  await expect(page.getByText('Nobody can decide it now')).toBeVisible();
  await expect(page.locator('.facts').first()).toContainText('Harbour');
  await expect(page.getByText('List the objects of a bucket, Read objects')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Stop it before it begins' }).click();
  await dialog().getByRole('button', { name: 'Stop it before it begins' }).click();
  await expect(page.getByText('by the provider')).toBeVisible();
  // Both are in the log under its number.
  await page.getByRole('link', { name: 'See all of it in the log' }).click();
  await settle(page);
  for (const action of ['iam:RequestIntervention', 'iam:EndIntervention']) {
    await expect(page.getByRole('cell', { name: action, exact: true })).toHaveCount(1);
  }
});

test('gives a program an account, a key and a token, and takes them all away', async () => {
  await visit('/people/service-accounts');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await dialog().getByLabel('Name').fill('nightly-copies');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'nightly-copies' })).toBeVisible();
  const keys = panel('Access keys');
  await keys.getByRole('button', { name: 'Make a key' }).click();
  await expect(keys.getByLabel('Secret key', { exact: true })).toBeVisible();
  await expect(keys.locator('tbody tr')).toContainText('in 2 months');
  const tokens = panel('API tokens');
  await tokens.getByLabel('Label').fill('copies');
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  await expect(tokens.locator('pre')).toHaveText(/^blf_/);
  await keys.getByRole('button', { name: /^Delete / }).click();
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await expect(keys.getByText('No access key yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Suspend' }).click();
  await dialog().getByRole('button', { name: 'Suspend' }).click();
  await expect(page.getByText('Suspended', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete the account' }).click();
  await dialog().getByRole('button', { name: 'Delete the account' }).click();
  await expect(page.getByText('There is no account of a program yet.')).toBeVisible();
});

test('is told that a directory cannot be reached, and what field of it is wrong', async () => {
  await visit('/people/directories/new');
  await page.getByLabel('Address of the directory').fill('https://127.0.0.1:9');
  await page.getByLabel('Name of the directory').fill('A');
  await page.getByLabel('Client', { exact: true }).fill('belfry');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  await expect(page.getByRole('alert')).toContainText('The field organisation');
  await page.getByLabel('Name of the directory').fill('harbour');
  await page.getByRole('button', { name: 'Add a directory' }).click();
  await expect(page.getByRole('alert')).toContainText(
    'The directory https://127.0.0.1:9 does not answer',
  );
  await expectAccessible(page);
  await visit('/people/directories');
  await expect(page.getByText('There is no directory yet.')).toBeVisible();
  expect(complaints).toEqual([]);
});
