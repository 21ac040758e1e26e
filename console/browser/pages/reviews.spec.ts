import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, settle } from '../expectations';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each changes what is its own.
const dialog = (page: Page) => page.getByRole('dialog');
const panel = (page: Page, title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { level: 2, name: title }) });

test('a review is opened, and each right is kept or taken away', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/reviews');
  await page.getByRole('button', { name: 'Open a review' }).click();
  await dialog(page).getByLabel('Name of the review').fill('Winter');
  await dialog(page).getByLabel('Which rights').selectOption('privileged rights');
  await dialog(page).getByLabel('gregor').check();
  await expectAccessible(page);
  await page.keyboard.press('Tab');
  const opened = page.waitForRequest((request) => request.method() === 'POST');
  await dialog(page).getByRole('button', { name: 'Open a review' }).click();
  expect((await opened).postDataJSON()).toMatchObject({ reviewers: ['98'] });
  await expect(page.getByRole('heading', { level: 1, name: 'Winter' })).toBeVisible();
  await expect(page.getByText('0 of 3 decided')).toBeVisible();
  // Nobody decides about itself.
  await expect(page.getByRole('button', { name: /of nadia$|from nadia$/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Keep reader of anna.martin' }).click();
  await dialog(page).getByLabel('Reason of the decision').fill('still with us');
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByText('1 of 3 decided')).toBeVisible();
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByText('still with us')).toBeVisible();
  await page.getByRole('button', { name: 'Take Revision away from bruno.martin' }).click();
  await dialog(page).getByRole('button', { name: 'Take away' }).click();
  await expect(page.getByText('2 of 3 decided')).toBeVisible();
  await expect(dialog(page)).toBeHidden();
  await expectAccessible(page);
  await visit(page, '/people/reviews/8002');
  await expect(page.getByText('Completed')).toBeVisible();
  await expect(page.getByText('the last administrator stays')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Keep' })).toHaveCount(0);
});

test('persons are invited by mail, or by a link where no mail goes out', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users');
  const invite = page.getByRole('button', { name: 'Invite by mail' });
  await invite.click();
  await dialog(page).getByLabel('E-mail').fill('tom@rivage.example');
  await dialog(page).getByRole('group', { name: 'Groups' }).getByLabel('Night shift').check();
  await dialog(page).getByLabel('Role').selectOption('Administrator');
  // No group applies to an administrator.
  await expect(dialog(page).getByRole('group', { name: 'Groups' })).toHaveCount(0);
  await page.keyboard.press('Tab');
  const refused = page.waitForRequest((request) => request.method() === 'POST');
  await dialog(page).getByRole('button', { name: 'Invite by mail' }).click();
  expect((await refused).postDataJSON()).not.toHaveProperty('groups');
  await expect(dialog(page).getByText('Take the role of a reader now')).toBeVisible();
  await expectAccessible(page);
  await dialog(page).getByLabel('Role').selectOption('Reader');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await dialog(page).getByRole('button', { name: 'Invite by mail' }).click();
  expect((await sent).postDataJSON()).toMatchObject({ role: 'reader', groups: ['601'] });
  await expect(dialog(page).getByText('is on its way')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Close' }).last().click();
  const invited = panel(page, 'Invitations');
  await expect(invited.getByRole('row').filter({ hasText: 'tom@' })).toContainText('waiting');
  await invite.click();
  await dialog(page).getByLabel('E-mail').fill('link@rivage.example');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('Hand this link on')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await invited.getByRole('button', { name: 'Send again to zoe@rivage.example' }).click();
  await expect(invited.getByText('Hand this link on')).toBeVisible();
  await invited.getByRole('button', { name: 'Withdraw the invitation of tom@' }).click();
  await dialog(page).getByRole('button', { name: 'Withdraw the invitation' }).click();
  await expect(invited.getByRole('row').filter({ hasText: 'tom@' })).toContainText('withdrawn');
  await expectAccessible(page);
});

test('it is told who reaches a bucket, what a person can do, and why', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/users/100');
  await page.getByRole('link', { name: 'What can this person do?' }).click();
  await settle(page);
  const who = panel(page, 'Who can reach this bucket');
  const what = panel(page, 'What can this person do?');
  await expect(what.getByLabel('User')).toHaveValue('100');
  await expect(what.getByRole('heading', { level: 3, name: 'rivage-photos' })).toBeVisible();
  await expect(what.getByRole('heading', { level: 4, name: 'backup' })).toBeVisible();
  await expect(what.getByText('Gives: Nothing but reading')).toBeVisible();
  await expect(what.getByText('iam:CreateUser')).toBeVisible();
  await who.getByLabel('Bucket').selectOption('rivage-photos');
  await who.getByRole('button', { name: 'Find out' }).click();
  await expect(who.getByRole('link', { name: 'anna.martin' })).toBeVisible();
  await expect(who.getByText('IpAddress aws:SourceIp 192.0.2.0/24').first()).toBeVisible();
  await expect(who.getByText('in sessions of nightly')).toBeVisible();
  await expect(who.getByText('oidc-provider/ci.example.org')).toBeVisible();
  await expect(who.getByText('000000000007')).toHaveCount(2);
  await expect(who.getByRole('heading', { name: 'Staff of the provider' })).toBeVisible();
  await expect(who.getByRole('link', { name: 'Ordinary intervention' })).toHaveAttribute(
    'href',
    '#/people/interventions/3002',
  );
  await who.getByRole('button', { name: 'Show more' }).click();
  await expect(who.getByRole('link', { name: 'bruno.martin' })).toBeVisible();
  const explain = panel(page, 'Would this request be allowed?');
  await explain.getByLabel('Bucket', { exact: true }).selectOption('rivage-photos');
  await explain.getByRole('button', { name: 'Find out' }).click();
  await expect(explain.getByText('Allowed', { exact: true })).toBeVisible();
  await explain.getByLabel('Action').selectOption('s3:PutObject');
  await expect(explain.getByText('Allowed', { exact: true })).toHaveCount(0);
  await explain.getByRole('button', { name: 'Find out' }).click();
  await expect(explain.getByText('No statement allows it.')).toBeVisible();
  await explain.getByLabel('Action').selectOption('iam:CreateUser');
  await expect(explain.getByLabel('Bucket', { exact: true })).toHaveCount(0);
  await explain.getByLabel('On', { exact: true }).selectOption('self');
  const asked = page.waitForRequest((request) => request.url().endsWith('/access/explain'));
  await explain.getByRole('button', { name: 'Find out' }).click();
  expect((await asked).postDataJSON()).toMatchObject({
    action: 'iam:CreateUser',
    resource: 'self',
  });
  await expectAccessible(page);
});

test('a role is made with its trust, given profiles, and its sessions end', async ({ page }) => {
  await signIn(page, 'nadia');
  await visit(page, '/people/assumed-roles');
  await page.getByRole('link', { name: 'Create a role' }).click();
  await page.getByLabel('Name of the role').fill('partner-reads');
  const trust = page.getByLabel('Trust policy as JSON');
  const written = await trust.inputValue();
  expect(JSON.parse(written)).toMatchObject({ Statement: [{ Action: 'sts:AssumeRole' }] });
  await trust.fill('{');
  await page.getByRole('button', { name: 'Create a role' }).click();
  await expect(page.getByText('This is no JSON: check brackets')).toBeVisible();
  await expectAccessible(page);
  await trust.fill(written);
  await page.getByRole('button', { name: 'Create a role' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'partner-reads' })).toBeVisible();
  await page.getByRole('button', { name: 'Give a profile' }).click();
  await dialog(page).getByRole('radio', { name: 'Backups' }).check();
  await dialog(page).getByRole('button', { name: 'Give a profile' }).click();
  await expect(page.getByRole('link', { name: 'Backups' })).toBeVisible();
  await expect(dialog(page)).toBeHidden();
  // What no role has by one person alone is asked for.
  await page.getByRole('button', { name: 'Give a profile' }).click();
  await dialog(page).getByRole('radio', { name: 'Vault keys' }).check();
  await dialog(page).getByRole('button', { name: 'Give a profile' }).click();
  await expect(dialog(page).getByText('a role does not give such rights')).toBeVisible();
  await dialog(page).getByLabel('Reason').fill('the quarterly test of the vault');
  await expectAccessible(page);
  const asked = page.waitForRequest((request) => request.method() === 'POST');
  await dialog(page).getByRole('button', { name: 'Ask for it' }).click();
  expect((await asked).postDataJSON()).toMatchObject({
    profile: '504',
    assumable_role: expect.any(String),
  });
  await dialog(page).getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Longest session').selectOption('8\u00a0h');
  await page.getByRole('button', { name: 'Save the policy' }).click();
  await expect(page.getByText('Longest session: 8')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Withdraw Backups' }).click();
  await dialog(page).getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByText('It holds no profile')).toBeVisible();
  await page.getByRole('button', { name: 'Delete the role' }).click();
  await dialog(page).getByRole('button', { name: 'Delete the role' }).click();
  await expect(page.getByRole('link', { name: 'partner-reads' })).toHaveCount(0);
  await page.getByRole('link', { name: 'nightly-backup' }).click();
  await page.getByRole('button', { name: 'End the session nightly' }).click();
  await dialog(page).getByRole('button', { name: 'End the session' }).click();
  await expect(page.getByText('with a token of https://ci.example.org')).toBeVisible();
  await page.getByRole('button', { name: 'End the session job-7' }).click();
  await dialog(page).getByRole('button', { name: 'End the session' }).click();
  await expect(page.getByText('No open session.')).toBeVisible();
});
