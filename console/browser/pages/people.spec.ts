import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, settle } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each changes what is its own.
const rows = (page: Page) => page.locator('table').first().locator('tbody tr');
const dialog = (page: Page) => page.getByRole('dialog');

test('users are found among many, and shown a hundred at a time', async ({ page }) => {
  await signIn(page, 'nadia');
  await page.getByRole('link', { name: 'People' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(rows(page)).toHaveCount(100);
  await page.getByRole('button', { name: 'Show more' }).click();
  expect(await rows(page).count()).toBeGreaterThan(140);
  await page.getByLabel('Search by name or e-mail').fill('ANNA mart');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole('status').filter({ hasText: /^1 of / })).toBeVisible();
  await page.getByLabel('Show', { exact: true }).selectOption('Suspended');
  await expect(page.getByText('Nobody matches.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Show everybody' }).click();
  await expect(rows(page)).toHaveCount(100);
  await page.getByLabel('Role').selectOption('Administrator');
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('privileged');
  await rows(page).getByRole('link', { name: 'nadia' }).click();
  await expect(page.getByText('This is you.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Suspend' })).toHaveCount(0);
});

test('a user is created, by keyboard alone', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users');
  await settle(page);
  await page.getByRole('button', { name: 'Create a user' }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByLabel('Name')).toBeFocused();
  await page.keyboard.type('zelie');
  await page.keyboard.press('Tab');
  await page.keyboard.type('zelie@rivage.example');
  await expect(dialog(page).getByLabel('Role')).toHaveValue('reader');
  await dialog(page).getByLabel('First password').fill('short');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('at least 15 characters.')).toBeVisible();
  await expectAccessible(page);
  await dialog(page).getByLabel('First password').fill('a long passphrase of zelie');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  await page.getByLabel('Search by name or e-mail').fill('zelie');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('never');
});

test('what somebody may do is given, limited and taken away', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users/102');
  await page.getByRole('button', { name: 'Give a profile' }).click();
  await expect(dialog(page).getByRole('searchbox', { name: 'Profile' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Choose one.')).toBeVisible();
  await page.keyboard.type('noth');
  await expect(dialog(page).getByRole('radio')).toBeChecked();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeHidden();
  const given = rows(page).filter({ hasText: 'Nothing but reading' });
  await expect(given).toContainText('directly');
  await page.getByRole('button', { name: 'Set a boundary' }).click();
  await dialog(page).getByRole('button', { name: 'Set a boundary' }).click();
  await expect(dialog(page).getByText('Choose one.')).toBeVisible();
  await dialog(page).getByRole('radio', { name: 'Backups' }).check();
  await dialog(page).getByRole('button', { name: 'Set a boundary' }).click();
  await expect(page.locator('.boundary').getByRole('link', { name: 'Backups' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Remove the boundary' }).click();
  await dialog(page).getByRole('button', { name: 'Remove the boundary' }).click();
  await expect(page.getByText('None: the rights above hold in full.')).toBeVisible();
  await page.getByRole('button', { name: 'Withdraw Nothing but reading' }).click();
  await dialog(page).getByRole('button', { name: 'Withdraw' }).click();
  await expect(given).toHaveCount(0);
});

test('a user is suspended and reactivated, once the factor is fresh', async ({ page, context }) => {
  await signIn(page, 'nadia');
  await context.addCookies([{ name: 'mock-stale', value: '1', url: page.url() }]);
  await visit(page, '/people/users/103');
  await page.getByRole('button', { name: 'Suspend' }).click();
  await dialog(page).getByRole('button', { name: 'Suspend' }).click();
  const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await expect(proof.getByLabel('Six-digit code')).toBeFocused();
  await expectAccessible(page);
  await proof.getByLabel('Six-digit code').fill('654321');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByText('Suspended', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Reactivate' }).click();
  await dialog(page).getByRole('button', { name: 'Reactivate' }).click();
  await expect(page.getByText('Active', { exact: true })).toBeVisible();
});

test('keys and sessions of others are made and ended', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users/104');
  await expect(page.getByText('No access key yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('a-secret-of-forty-characters')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Delete BLFEXAMPLEACCESSKEY0' })).toBeVisible();
  await page.getByRole('button', { name: 'End the session' }).click();
  await dialog(page).getByRole('button', { name: 'End the session' }).click();
  await expect(dialog(page)).toBeHidden();
  await expectAccessible(page);
});

test('a group is made, filled, given a profile, and deleted', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/groups');
  await page.getByRole('button', { name: 'Create a group' }).click();
  await dialog(page).getByLabel('Name of the group').fill('Harbour watch');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Harbour watch' })).toBeVisible();
  await expect(page.getByText('Nobody is in this group.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add a member' }).click();
  await dialog(page).getByRole('searchbox', { name: 'User' }).fill('chloe.martin');
  await dialog(page).getByRole('button', { name: 'Add a member' }).click();
  await expect(page.getByRole('link', { name: 'chloe.martin' })).toBeVisible();
  await expect(dialog(page)).toBeHidden();
  // No profile applies to administrators: they are not among those to choose.
  await page.getByRole('button', { name: 'Add a member' }).click();
  await dialog(page).getByRole('searchbox', { name: 'User' }).fill('nadia');
  await expect(page.getByText('Nothing matches.')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Give a profile' }).click();
  await dialog(page).getByRole('radio', { name: 'Revision' }).check();
  await dialog(page).getByRole('button', { name: 'Give a profile' }).click();
  await expect(rows(page).filter({ hasText: 'Revision' })).toContainText('privileged');
  await expect(dialog(page)).toBeHidden();
  await page.getByRole('button', { name: 'Remove chloe.martin' }).click();
  await dialog(page).getByRole('button', { name: 'Remove from the group' }).click();
  await expect(page.getByText('Nobody is in this group.')).toBeVisible();
  await page.getByRole('button', { name: 'Delete the group' }).click();
  await dialog(page).getByRole('button', { name: 'Delete the group' }).click();
  await expect(page.getByRole('link', { name: 'Night shift' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Harbour watch' })).toHaveCount(0);
});

test('a profile is made from choices, mended, given and deleted', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/profiles');
  await page.getByRole('link', { name: 'Create a profile' }).click();
  await page.getByLabel('Name of the profile').fill('Photographers');
  await page.getByLabel('Write objects').check();
  await page.getByRole('combobox', { name: 'In which buckets' }).fill('rivage-photos');
  await page.keyboard.press('Enter');
  await expectAccessible(page);
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Add a statement' }).click();
  const second = page.getByRole('listitem').filter({ hasText: 'Statement 2' });
  await second.getByLabel('Effect').selectOption('Deny');
  for (const choice of ['List the objects of a bucket', 'Read objects']) {
    await second.getByLabel(choice).uncheck();
  }
  await expect(second.getByText('Choose at least one.')).toBeVisible();
  await expectAccessible(page);
  await second.getByLabel('Delete objects').check();
  await page.getByText('JSON', { exact: true }).click();
  const text = page.getByRole('textbox', { name: 'Policy as JSON' });
  expect(JSON.parse(await text.inputValue())).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          's3:ListMultipartUploadParts',
          's3:GetObject',
          's3:GetObjectAttributes',
          's3:PutObject',
          's3:AbortMultipartUpload',
        ],
        Resource: ['arn:aws:s3:::rivage-photos', 'arn:aws:s3:::rivage-photos/*'],
      },
      { Effect: 'Deny', Action: ['s3:DeleteObject'], Resource: '*' },
    ],
  });
  const create = page.getByRole('button', { name: 'Create a profile' });
  const written = await text.inputValue();
  // What is wrong is said at the field, and selected in the text.
  await text.fill('{"Statement": [');
  await create.click();
  await expect(page.getByText('This is no JSON: check brackets')).toBeVisible();
  await expect(text).toBeFocused();
  await text.fill(written.replace('s3:DeleteObject', 's3:Fly'));
  await create.click();
  await expect(page.getByText(/Line \d+: Statement\[1\]\.Action: there is no such/)).toBeVisible();
  const selected = await text.evaluate((field: HTMLTextAreaElement) =>
    field.value.slice(field.selectionStart, field.selectionEnd),
  );
  expect(selected).toContain('s3:Fly');
  await expectAccessible(page);
  await text.fill(written);
  await page.getByText('Choices', { exact: true }).click();
  await expect(second.getByLabel('Delete objects')).toBeChecked();
  await create.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Photographers' })).toBeVisible();
  await expect(page.getByText('Nobody holds this profile.')).toBeVisible();
  await page.getByRole('button', { name: 'Give a profile' }).click();
  await dialog(page).getByRole('radio', { name: 'Night shift' }).check();
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Give a profile' }).click();
  await expect(rows(page).filter({ hasText: 'Night shift' })).toContainText('given to the group');
  await expect(dialog(page)).toBeHidden();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Delete the profile' }).click();
  await dialog(page).getByRole('button', { name: 'Delete the profile' }).click();
  await expect(dialog(page).getByText('The profile is still held.')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Withdraw from Night shift' }).click();
  await dialog(page).getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByText('Nobody holds this profile.')).toBeVisible();
  await page.getByRole('button', { name: 'Delete the profile' }).click();
  await dialog(page).getByRole('button', { name: 'Delete the profile' }).click();
  await expect(page.getByRole('link', { name: 'Backups' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Photographers' })).toHaveCount(0);
});

test('what choices do not say is kept as it is', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/profiles/501');
  await expect(page.getByText('NotIpAddress aws:SourceIp: 192.0.2.0/24')).toBeVisible();
  await page.getByRole('button', { name: 'Change' }).click();
  await expect(page.getByText('Written by hand, and kept as it is.')).toBeVisible();
  await page.getByLabel('Read objects').check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save the policy' }).click();
  await expect(page.getByText('NotIpAddress aws:SourceIp: 192.0.2.0/24')).toBeVisible();
  await expect(page.getByText('GetObjectAttributes', { exact: true })).toBeVisible();
});

test('who may look only is offered nothing else', async ({ page }) => {
  await signIn(page, 'lucas');
  const main = page.locator('main');
  for (const place of ['users', 'users/100', 'groups', 'groups/601', 'profiles', 'profiles/501']) {
    await visit(page, `/people/${place}`);
    await settle(page);
    await expect(main.getByRole('heading', { level: 1 })).toBeVisible();
    for (const name of ['Create', 'Give', 'Withdraw', 'Delete', 'Change', 'Remove', 'Add', 'Set']) {
      await expect(main.getByRole('button', { name: new RegExp(`^${name}`) })).toHaveCount(0);
    }
    await expect(main.getByRole('button', { name: /^(Suspend|Make|End)/ })).toHaveCount(0);
    await expectAccessible(page);
  }
});

test('members see their own rights, and no page of others', async ({ page }) => {
  await signIn(page, 'claire');
  await expect(page.getByRole('link', { name: 'People' })).toHaveCount(0);
  await visit(page, '/account/rights');
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText('None: the rights above hold in full.')).toBeVisible();
  await expectAccessible(page);
  await rows(page).getByRole('link', { name: 'Member' }).click();
  await expect(page.getByText('Put*', { exact: true })).toBeVisible();
  await expect(page.getByText('one’s own account')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Rights' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Your account' })).toBeVisible();
  for (const place of ['users', 'groups', 'profiles', 'profiles/new', 'users/100']) {
    await visit(page, `/people/${place}`);
    await expect(page.getByText('You may not see this page.')).toBeVisible();
    await expectAccessible(page);
  }
});

test('failures and what is not there are told', async ({ page, context }) => {
  await signIn(page, 'nadia');
  for (const place of ['users/9999', 'groups/9999', 'profiles/9999']) {
    await visit(page, `/people/${place}`);
    await expect(page.getByRole('alert')).toBeVisible();
    await expectAccessible(page);
  }
  await visit(page, '/people/roles/queen');
  await expect(page.getByText('Your organisation has no such role.')).toBeVisible();
  await context.addCookies([{ name: 'mock-fault', value: '503', url: page.url() }]);
  for (const place of ['users', 'groups', 'profiles']) {
    await visit(page, `/people/${place}`);
    await page.reload();
    await expect(page.getByRole('alert').first()).toBeVisible();
    await expectAccessible(page);
  }
});

test.describe('in French', () => {
  test.use({ locale: 'fr-FR', viewport: { width: 360, height: 740 } });
  test('every word is', async ({ page }) => {
    await signIn(page, 'nadia');
    const names = ['Switch to English', 'Night shift', 'Backups', 'Nothing but reading'];
    names.push('FromTheOffice', 'a.person.whose', 'a-department.of', 'of.the', 'Photographers');
    names.push('name.takes.all', 'sixty-four.letters', 'is.long.as.well', 'there.are');
    names.push('Vault keys', 'restore test', 'ask operations instead');
    names.push('the quarterly test of the vault', 'from Monday on', 'to look around');
    names.push('still with us', 'ticket 4711: a photo does not open', 'agreed by telephone');
    names.push('seen at the desk');
    for (const place of [
      'requests',
      'requests/7003',
      'requests/new',
      'reviews',
      'reviews/8001',
      'reviews/8002',
      'access/bucket-rivage-photos',
      'assumed-roles',
      'assumed-roles/301',
      'assumed-roles/new',
      'interventions',
      'interventions/3002',
      'interventions/3003',
      'directories',
      'directories/3101',
      'directories/new',
      'service-accounts',
      'service-accounts/3302',
      'users/112',
      'users',
      'users/100',
      'groups',
      'groups/601',
      'profiles',
      'profiles/501',
      'profiles/new',
      'roles/reader',
    ]) {
      await visit(page, `/people/${place}`);
      await settle(page);
      await expectFrench(page, names);
    }
  });
});
