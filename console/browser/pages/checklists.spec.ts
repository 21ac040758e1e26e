import { expect, test } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

test('the list of people marks who has overdue steps', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons');
  await expect(page.getByRole('row', { name: /Bruno Martin/ })).toContainText('2 overdue steps');
  await expect(page.getByRole('row', { name: /Anna Weiss/ })).not.toContainText('overdue');
});

test('a step is done with what shows it, undone and waived', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons/9402');
  const departure = page.getByRole('group', { name: 'Checklist of departure' });
  const badge = departure.getByRole('row', { name: /^Badge/ });
  await expect(badge).toContainText('overdue');
  const fact = departure.getByRole('row', { name: /Accounts ended/ });
  await expect(fact).toContainText('Belfry sees that by itself');
  await expect(fact.getByRole('button')).toHaveCount(0);
  await expectAccessible(page);

  await badge.getByRole('button', { name: 'Badge is done' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What shows it').fill('Receipt 4712');
  await expectAccessible(page);
  const done = page.waitForRequest(/completion$/);
  await dialog.getByRole('button', { name: 'Say that it is done' }).click();
  expect((await done).postDataJSON()).toEqual({ note: 'Receipt 4712' });
  await expect(badge).toContainText('Receipt 4712');
  await expect(badge).toContainText('by nadia');

  await badge.getByRole('button', { name: 'Undo Badge' }).click();
  await dialog.getByLabel('Why').fill('It was another’s');
  const undone = page.waitForRequest(/undoing$/);
  await dialog.getByRole('button', { name: 'Undo' }).click();
  expect((await undone).postDataJSON()).toEqual({ reason: 'It was another’s' });
  await expect(badge).toContainText('open');

  await badge.getByRole('button', { name: 'Waive Badge' }).click();
  await dialog.getByLabel('Why').fill('Never had one');
  await dialog.getByRole('button', { name: 'Waive' }).click();
  await expect(badge).toContainText('waived');
});

test('whoever answers for the rest is told that another one waives', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons/9401');
  const arrival = page.getByRole('group', { name: 'Checklist of arrival' });
  await expect(arrival.getByRole('row', { name: /^Fax/ })).toContainText('not asked any more');
  await expect(page.getByRole('group', { name: 'Checklist of departure' })).toHaveCount(0);
  await arrival.getByRole('button', { name: 'Waive Laptop' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Why').fill('Brings one');
  await dialog.getByRole('button', { name: 'Waive' }).click();
  await expect(dialog.getByText(/have somebody else waive/)).toBeVisible();
});

test('of whom nothing is asked is not said to have been here before', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons/9403');
  await expect(page.getByRole('heading', { name: 'Checklist of arrival' })).toBeVisible();
  await expect(page.getByText(/no step is for people of this kind/)).toBeVisible();
});

test('steps are added, changed and retired', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/persons');
  await page.getByRole('link', { name: 'Checklists' }).click();
  await expect(page.getByRole('link', { name: 'Export open steps' })).toHaveAttribute(
    'href',
    '/api/v1/open-steps.csv',
  );
  await page.getByRole('button', { name: 'Add a step' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Step').fill('Keys');
  await dialog.getByLabel('What is to be done').fill('Take them back');
  await dialog.getByLabel('Asked at').selectOption('departure');
  await dialog.getByLabel('External').uncheck();
  await expectAccessible(page);
  const added = page.waitForRequest((request) => request.method() === 'POST');
  await dialog.getByRole('button', { name: 'Add a step' }).click();
  expect((await added).postDataJSON()).toEqual({
    kind: 'departure',
    name: 'Keys',
    text: 'Take them back',
    due_days: null,
    mandatory: true,
    persons: ['employee', 'contractor'],
  });
  const keys = page.getByRole('row', { name: /^Keys/ });
  await expect(keys).toContainText('1 day after the end');
  await expect(keys).toContainText('Employee, Contractor');

  await keys.getByRole('button', { name: 'Change Keys' }).click();
  // No more than the measures allow of a mandatory step.
  await dialog.getByLabel('Days until it is due').fill('3');
  await dialog.getByLabel('What is to be done').focus();
  await expect(dialog.getByLabel('Days until it is due')).toHaveValue('1');
  await dialog.getByLabel('Days until it is due').fill('0');
  const changed = page.waitForRequest((request) => request.method() === 'PUT');
  await dialog.getByRole('button', { name: 'Change the step' }).click();
  expect((await changed).postDataJSON()).toEqual({
    name: 'Keys',
    text: 'Take them back',
    due_days: 0,
  });
  await expect(keys).toContainText('0 days after the end');
  await keys.getByRole('button', { name: 'Retire Keys' }).click();
  await dialog.getByRole('button', { name: 'Retire' }).click();
  await expect(keys.getByRole('button')).toHaveCount(0);
});

test.describe('in French', () => {
  test.use({ locale: 'fr-FR' });
  test('no English is left of the checklists', async ({ page }) => {
    await signIn(page, 'nadia');
    const names = [
      ['Hand it out, against a receipt.', 'Take it back.', 'As the handbook says.', 'Has one'],
      ['Receipt', 'Night shift', 'End of contract', 'Archivist', 'Photographer', 'Badge', 'Fax'],
      ['Keys', 'Take them back', 'Never had one'],
    ].flat();
    for (const place of ['/people/checklists', '/people/persons/9401', '/people/persons/9402']) {
      await visit(page, place);
      await expectFrench(page, names);
    }
  });
});
