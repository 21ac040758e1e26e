import { expect, test } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

test('a person is recorded, moves to another job, and leaves', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons');
  await expect(page.getByRole('row', { name: /Bruno Martin/ })).toContainText('Left');
  await page.getByRole('button', { name: 'Record a person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Diane Roux');
  await dialog.getByLabel('Reference').fill('E-12');
  await dialog.getByLabel('Kind').selectOption('external');
  await dialog.getByLabel('Contract starts').fill('2026-03-01');
  await dialog.getByLabel('Job role').selectOption('9301');
  await expectAccessible(page);
  const recorded = page.waitForRequest((request) => request.method() === 'POST');
  await dialog.getByRole('button', { name: 'Record a person' }).click();
  expect((await recorded).postDataJSON()).toEqual({
    name: 'Diane Roux',
    reference: 'E-12',
    kind: 'external',
    email: '',
    starts_us: Date.UTC(2026, 2, 1) * 1000,
    ends_us: null,
    job_role: '9301',
  });
  await expect(dialog).toBeHidden();
  await page.getByRole('link', { name: 'Diane Roux' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Diane Roux' })).toBeVisible();

  await page.getByRole('button', { name: 'Give another job role' }).click();
  await dialog.getByLabel('Job role').selectOption('9302');
  await dialog.getByLabel('Since').fill('2026-06-01');
  const moved = page.waitForRequest((request) => request.method() === 'PATCH');
  await dialog.getByRole('button', { name: 'Give another job role' }).click();
  expect((await moved).postDataJSON()).toEqual({
    job_role: '9302',
    job_role_since_us: Date.UTC(2026, 5, 1) * 1000,
  });
  await expect(page.getByRole('row', { name: /Photographer/ })).toContainText('2026-06-01');
  await expect(page.getByRole('row', { name: /Archivist/ })).toContainText('2026-06-01');

  await page.getByRole('button', { name: 'Bind an account' }).click();
  await dialog.getByLabel('remi').check();
  await dialog.getByRole('button', { name: 'Bind an account' }).click();
  await expect(page.getByRole('row', { name: /remi/ })).toContainText('in use');

  await page.getByRole('button', { name: 'Record the departure' }).click();
  await dialog.getByLabel('Why').fill('End of contract');
  await expectAccessible(page);
  const left = page.waitForRequest(/departure$/);
  await dialog.getByRole('button', { name: 'Record the departure' }).click();
  expect((await left).postDataJSON()).toEqual({ reason: 'End of contract', ends_us: null });
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('End of contract')).toBeVisible();
  await page.getByRole('button', { name: 'Unbind remi' }).click();
  await dialog.getByRole('button', { name: 'Unbind the account' }).click();
  await expect(page.getByText('No account is this person’s.')).toBeVisible();
  await expect(page.getByText(/^remi, until \d{4}-/)).toBeVisible();
});

test('only what was changed of a person is sent, and what does not go is said', async ({
  page,
}) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons/9403');
  await page.getByRole('button', { name: 'Change' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Chloé Grand');
  const changed = page.waitForRequest((request) => request.method() === 'PATCH');
  await dialog.getByRole('button', { name: 'Change' }).click();
  const sent = (await changed).postDataJSON() as Record<string, unknown>;
  expect(sent['name']).toBe('Chloé Grand');
  expect(sent).not.toHaveProperty('starts_us');
  expect(sent).not.toHaveProperty('ends_us');
  await expect(page.getByRole('heading', { level: 1, name: 'Chloé Grand' })).toBeVisible();

  await visit(page, '/people/persons');
  await page.getByRole('button', { name: 'Record a person' }).click();
  await dialog.getByLabel('Name').fill('Twice');
  await dialog.getByLabel('Reference').fill('E-9401');
  await dialog.getByLabel('Contract starts').fill('2026-03-01');
  await dialog.getByRole('button', { name: 'Record a person' }).click();
  await expect(dialog.getByText(/is another person’s/)).toBeVisible();
});

test('an administrator who has left and is the last one is told so', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons/9402');
  await expect(page.getByRole('row', { name: /^nadia/ })).toContainText(
    'nobody else administers for good',
  );
  await expect(page.getByRole('row', { name: /^ines/ })).toContainText('suspended');
  await expectAccessible(page);
});

test('a file is imported whole, or its lines are named', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons');
  await expect(page.getByRole('link', { name: 'Export' })).toHaveAttribute(
    'href',
    '/api/v1/people.csv',
  );
  await page.getByRole('button', { name: 'Import a file' }).click();
  const dialog = page.getByRole('dialog');
  const file = (text: string) => ({
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(text),
  });
  const field = dialog.getByLabel('File of comma-separated values');
  await field.setInputFiles(file('reference,starts\nE-1,2026-01-01\nE-2,yesterday\n'));
  await expect(dialog.getByRole('alert')).toContainText('Line 3: Write a date');
  await expectAccessible(page);
  const sent = page.waitForRequest(/people\.csv$/);
  await field.setInputFiles(file('reference,starts\nE-1,2026-01-01\n'));
  expect((await sent).postData()).toBe('reference,starts\nE-1,2026-01-01\n');
  await expect(dialog.getByRole('status')).toContainText('2 recorded, 1 changed');
});

test('a job role is made, changed and deleted', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons');
  await page.getByRole('link', { name: 'Job roles' }).click();
  await expect(page.getByRole('row', { name: /^Archivist/ })).toContainText('Night shift, deleted');
  await page.getByRole('button', { name: 'Make a job role' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Keeper');
  await dialog.getByLabel('Who answers for it').fill('Odile Brandt');
  await dialog.getByLabel('Role of accounts').selectOption('member');
  await dialog.getByLabel('Night shift').check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Make a job role' }).click();
  await expect(page.getByRole('row', { name: /^Keeper/ })).toContainText('Night shift');
  await page.getByRole('button', { name: 'Change Archivist' }).click();
  const changed = page.waitForRequest((request) => request.method() === 'PUT');
  await dialog.getByRole('button', { name: 'Change the job role' }).click();
  expect((await changed).postDataJSON()).toMatchObject({ groups: ['601'], profiles: [] });
  await page.getByRole('button', { name: 'Delete Keeper' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('row', { name: /^Keeper/ })).toHaveCount(0);
});

test('who may not see the register is shown none of it', async ({ page }) => {
  await signIn(page, 'lucas');
  await visit(page, '/people/users');
  await expect(page.getByRole('link', { name: 'Groups' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Register' })).toHaveCount(0);
  await visit(page, '/people/persons');
  await expect(page.getByRole('row')).toHaveCount(0);
});

test.describe('in French', () => {
  test.use({ locale: 'fr-FR' });
  test('no English is left of the register', async ({ page }) => {
    await signIn(page, 'nadia');
    const names = ['Night shift', 'End of contract', 'Archivist', 'Photographer'];
    // What was typed into the checklist.
    const steps = ['Hand it out, against a receipt.', 'Take it back.', 'Never had one', 'Receipt'];
    for (const place of ['/people/persons', '/people/persons/9402', '/people/job-roles']) {
      await visit(page, place);
      await expectFrench(page, [...names, ...steps]);
    }
  });
});
