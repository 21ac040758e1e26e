import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expectAccessible, settle, watch } from '../expectations';
import { expectFrench } from '../french';
import { address, credentials, totp } from './provider';

// What a person does with a new provider, in order. One session for all of it: a code is good once.
test.describe.configure({ mode: 'serial' });

let context: BrowserContext;
let page: Page;
let complaints: string[];
const bucket = 'harbour-photos';
const large = randomBytes(20 * 1024 * 1024);

const visit = async (place: string) => {
  await page.goto(`${address()}/#${place}`);
  await settle(page);
};

// For the README's pictures.
const shoot = async (name: string) => {
  const folder = process.env['BELFRY_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
};

test.beforeAll(async ({ browser }) => {
  context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
  });
  page = await context.newPage();
  complaints = watch(page);
});

test.afterAll(async () => {
  await context.close();
});

test('signs in with a second factor', async () => {
  const { admin_user, admin_password, admin_totp_secret } = credentials();
  await page.goto(address());
  await settle(page);
  await shoot('sign-in');
  await page.locator('[name=user]').fill(admin_user);
  await page.locator('[name=password]').fill(`${admin_password} wrong`);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await page.locator('[name=password]').fill(admin_password);
  await page.keyboard.press('Enter');
  await expect(page.locator('[name=totp]')).toBeFocused();
  await page.locator('[name=totp]').fill('000000');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await page.locator('[name=totp]').fill(totp(admin_totp_secret));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
  const cookie = (await context.cookies()).find(({ name }) => name === 'belfry_session');
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' });
});

test('stores files, shows where their copies are, and gives them back', async () => {
  await visit('/buckets');
  await page.getByRole('button', { name: 'Create a bucket' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(bucket);
  await page.getByRole('dialog').getByRole('button', { name: 'Create a bucket' }).click();
  await page.getByRole('link', { name: bucket }).click();
  await expect(page.getByText('This bucket is empty.')).toBeVisible();
  await expectAccessible(page);
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/jpeg', buffer });
  await page
    .locator('input[type=file]')
    .setInputFiles([
      file('sunrise over the harbour.jpg', large),
      file('été & 100%.jpg', Buffer.from('text')),
      file('empty.jpg', Buffer.alloc(0)),
    ]);
  await expect(page.locator('[data-upload=done]')).toHaveCount(3, { timeout: 60_000 });
  await expect(page.locator('tbody tr')).toHaveCount(3);
  // What is there already is replaced only when asked.
  await page.locator('input[type=file]').setInputFiles([file('empty.jpg', Buffer.from('more'))]);
  await page.getByRole('button', { name: 'Replace: empty.jpg' }).click();
  await expect(page.locator('[data-upload=done]')).toHaveCount(4);
  await expect(page.locator('tbody tr').filter({ hasText: 'empty.jpg' })).toContainText('4 B');
  await page.getByRole('button', { name: 'Clear the list' }).click();
  await page.getByRole('button', { name: /Where the copies of sunrise/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('3 healthy copies of 3 at 2 sites')).toBeVisible();
  await expect(dialog.getByText('Healthy', { exact: true })).toHaveCount(3);
  await expect(dialog.getByText(createHash('md5').update(large).digest('hex'))).toBeVisible();
  await expectAccessible(page);
  await shoot('object-copies');
  await page.keyboard.press('Escape');
  const arriving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download sunrise over the harbour.jpg' }).click();
  const download = await arriving;
  expect(download.suggestedFilename()).toBe('sunrise over the harbour.jpg');
  expect(readFileSync(await download.path()).equals(large)).toBe(true);
});

test('opens a folder to another account, and says what is wrong with a policy', async () => {
  await visit(`/buckets/${bucket}`);
  await page.getByRole('link', { name: 'Access', exact: true }).click();
  const policy = page.getByRole('textbox', { name: 'Policy' });
  const save = page.getByRole('button', { name: 'Save the policy' });
  await expect(policy).toHaveValue('');
  await page.getByRole('button', { name: 'Let another account read a folder' }).click();
  await page.getByLabel('Account number', { exact: true }).fill('000000000002');
  await page.getByLabel('Folder', { exact: true }).fill('sunrise');
  await page.getByRole('button', { name: 'Write it into the policy' }).click();
  const written = await policy.inputValue();
  await save.click();
  await expect(page.getByText('Saved, and in force')).toBeVisible();
  await page.reload();
  await expect(policy).toHaveValue(written);
  await expectAccessible(page);
  await shoot('bucket-access');
  await policy.fill(written.replace('"s3:ListBucket"', '"ListBucket"'));
  await save.click();
  await expect(policy).toHaveAccessibleDescription(/“ListBucket” in Statement\[1\]\.Action/);
  await policy.fill(written.replace(/"AWS": "[^"]+"/, '"AWS": "*"'));
  await save.click();
  await expect(policy).toHaveAccessibleDescription(/would let everybody in/);
  await expectAccessible(page);
  await shoot('bucket-access-wrong');
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await page.getByRole('button', { name: 'Enregistrer la politique' }).click();
  await expect(page.getByRole('textbox', { name: 'Politique' })).toHaveAccessibleDescription(
    /laisserait entrer tout le monde/,
  );
  await expectFrench(page);
  await page.getByRole('button', { name: 'Switch to English' }).click();
  await page.getByRole('button', { name: 'Remove the policy' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the policy' }).click();
  await expect(policy).toHaveValue('');
});

test('deletes what it is told to, and that alone', async () => {
  await visit(`/buckets/${bucket}`);
  await page.getByRole('button', { name: 'Delete été & 100%.jpg' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the object' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(2);
  await visit('/buckets');
  await page.getByRole('button', { name: `Delete the bucket ${bucket}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the bucket' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('link', { name: bucket })).toBeVisible();
});

test('scrubs every disk', async () => {
  await visit('/disks');
  await expect(page.locator('tr[data-disk][data-health=good]')).toHaveCount(12);
  await page.getByRole('button', { name: 'Scrub all disks' }).click();
  await expect(page.locator('[data-job=done]')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('0 damaged copies found')).toBeVisible();
  await expectAccessible(page);
  await shoot('disks');
});

test('checks a promise, and its proof in the ledger', async () => {
  await visit('/annex/S06-P-20');
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page.locator('.chip[data-verdict=pass]')).toBeVisible();
  await expect(page.locator('[data-proof=simulated]').first()).toBeVisible();
  await page.getByRole('button', { name: 'Check the proof here' }).click();
  await expect(page.locator('[data-outcome]')).toHaveCount(3);
  await expect(page.locator('[data-outcome=fail]')).toHaveCount(0);
  await expect(
    page.getByText(/^The entry opens, and says what this page says: S06-P-20, Kept/),
  ).toBeVisible();
  await expectAccessible(page);
  await shoot('measure');
});

test('shows every promise of the annex, in both languages and schemes', async () => {
  await visit('/annex');
  await expect(page.getByText(/ of 226 promises (is|are) proved right now/)).toBeVisible();
  await expect(page.locator('li[data-verdict=pass]').first()).toBeVisible();
  await expectAccessible(page);
  await shoot('annex');
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'L’annexe' })).toBeVisible();
  await page.getByRole('button', { name: 'Couleurs sombres' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Switch to English' }).click();
  await shoot('annex-dark');
  await page.getByRole('button', { name: 'Light colours' }).click();
});

test('says everything in French to who asks for it', async () => {
  const names = ['sunrise over the harbour.jpg', 'Switch to English'];
  // What the server worded changes too, on a page that asks for nothing by itself.
  await visit('/audit');
  await page.getByLabel('Action').fill('iam:SignIn');
  await page.getByRole('button', { name: 'Search' }).click();
  const failed = (word: string) => page.locator('tbody tr').filter({ hasText: word }).first();
  await expect(failed('Failed')).toContainText(/is wrong|your authenticator/);
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(failed('Échec')).toContainText(/incorrect|votre application/);
  await page.getByRole('button', { name: 'Switch to English' }).click();
  await visit('/annex');
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'L’annexe' })).toBeVisible();
  await expectFrench(page, names);
  const bound = ['S01-P-02', 'S01-P-03', 'S05-P-01', 'S06-P-07', 'S06-P-08', 'S06-P-11'];
  bound.push('S06-P-12', 'S06-P-20', 'S06-P-21', 'S07-P-13');
  for (const id of bound) {
    await visit(`/annex/${id}`);
    const check = page.getByRole('button', { name: 'Contrôler maintenant' });
    await check.click();
    await expect(check).toBeEnabled();
    await expect(page.locator('li[data-pass]').first()).toBeVisible();
    // The check is past, however long no page with a time was looked at.
    await expect(page.locator('time').filter({ hasText: /^dans / })).toHaveCount(0);
    await expectFrench(page, names);
    await shoot(`fr-${id}`);
  }
  await expect(page.getByText(/second facteur en vigueur/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Vérifier la preuve ici' }).click();
  await expect(page.locator('[data-outcome]')).toHaveCount(3);
  await expectFrench(page, names);
  await visit('/annex/S02-P-01');
  await expectFrench(page, names);
  await visit('/disks');
  await page.getByRole('button', { name: 'Vérifier tous les disques' }).click();
  await expect(page.locator('[data-job=done]')).toBeVisible({ timeout: 60_000 });
  await expectFrench(page, names);
  await shoot('fr-disks');
  await visit(`/buckets/${bucket}`);
  await expectFrench(page, names);
  await page.getByRole('button', { name: /Où sont les copies de sunrise/ }).click();
  await expect(page.getByRole('dialog').getByText('Saine', { exact: true })).toHaveCount(3);
  await expectFrench(page, names);
  await shoot('fr-copies');
  await page.keyboard.press('Escape');
  await visit('/buckets/nowhere-at-all');
  await expectFrench(page, [...names, 'nowhere-at-all']);
  await visit('/audit');
  await page
    .getByRole('button', { name: /^Détails de/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Vérifier maintenant' }).click();
  await expect(page.getByText('Prouvé : cet événement est dans le journal')).toBeVisible();
  await expectFrench(page, names);
  await shoot('fr-audit');
  await page.keyboard.press('Escape');
  for (const place of ['second-factor', 'password', 'sessions', 'access-keys', 'api-tokens']) {
    await visit(`/account/${place}`);
    await expectFrench(page, names);
    await shoot(`fr-${place}`);
  }
  await page.getByRole('button', { name: 'Switch to English' }).click();
});

test('finds in the log what was done', async () => {
  await visit('/audit');
  await page.getByLabel('Action').fill('s3:PutObject');
  await page.getByLabel('Resource').fill(`arn:aws:s3:::${bucket}/`);
  await page.getByRole('button', { name: 'Search' }).click();
  // Three files, one of them sent twice and refused once between.
  await expect(page.locator('tbody tr').filter({ hasText: 'Done' })).toHaveCount(4);
  await expect(page.getByText('Signed checkpoint', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await shoot('audit');
  await page
    .getByRole('button', { name: /Details of s3:PutObject/ })
    .first()
    .click();
  await page.getByText('The whole event').click();
  await expect(page.getByText('"class_uid": 6003')).toBeVisible();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await expect(page.getByText('Proved: this event is in the log, unchanged.')).toBeVisible();
  await expect(page.getByText('it says exactly what this page shows')).toBeVisible();
  await expectAccessible(page);
  await shoot('audit-verified');
  await page.keyboard.press('Escape');
});

test('keeps its own credentials', async () => {
  await visit('/account/sessions');
  await expect(page.getByText('this one')).toBeVisible();
  await expectAccessible(page);
  await visit('/account/access-keys');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByText('Copy it now')).toBeVisible();
  await visit('/account/api-tokens');
  await page.getByLabel('Label').fill('backup');
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expect(page.getByText(/^blf_/)).toBeVisible();
  await page.getByRole('button', { name: 'Delete backup' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name: 'Delete backup' })).toHaveCount(0);
});

test('looks after people and what they may do', async () => {
  const dialog = page.getByRole('dialog');
  await visit('/people/users');
  await page.getByRole('button', { name: 'Create a user' }).click();
  await dialog.getByLabel('Name').fill('marie');
  await dialog.getByLabel('First password').fill('a long passphrase of marie');
  await dialog.getByRole('button', { name: 'Create a user' }).click();
  await expect(page.locator('tbody tr').filter({ hasText: 'marie' })).toContainText('Reader');
  // Whatever the choices say, the daemon understands.
  await visit('/people/profiles/new');
  await page.getByLabel('Name of the profile').fill('Everything there is to choose');
  for (const choice of await page.getByRole('checkbox').all()) await choice.check();
  await page.getByRole('combobox', { name: 'In which buckets' }).fill(bucket);
  await page.keyboard.press('Enter');
  for (const [at, about] of [
    'The list of all buckets',
    'The audit log: looking',
    'People and rights: looking',
  ].entries()) {
    await page.getByRole('button', { name: 'Add a statement' }).click();
    await page
      .getByLabel('About')
      .nth(at + 1)
      .selectOption(about);
  }
  await expectAccessible(page);
  await shoot('profile');
  await page.getByRole('button', { name: 'Create a profile' }).click();
  await expect(page.getByText('Privileged: whoever holds it')).toBeVisible();
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByText('JSON', { exact: true }).click();
  const text = page.getByRole('textbox', { name: 'Policy as JSON' });
  await text.fill((await text.inputValue()).replace('s3:DeleteObject', 's3:Fly'));
  await page.getByRole('button', { name: 'Save the policy' }).click();
  await expect(page.getByText(/Line \d+: .*there is no action “s3:fly”/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Give a profile' }).click();
  await dialog.getByRole('searchbox', { name: 'To whom' }).fill('marie');
  await dialog.getByRole('button', { name: 'Give a profile' }).click();
  // The provider's staff get such rights by two persons alone.
  await expect(dialog.getByText('Ask for it with a request')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await visit('/people/users');
  await page.getByRole('link', { name: 'marie' }).click();
  await expectAccessible(page);
  await shoot('user');
  await page.getByRole('button', { name: 'Suspend' }).click();
  await dialog.getByRole('button', { name: 'Suspend' }).click();
  await expect(page.getByText('Suspended', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Passer en français' }).click();
  for (const place of ['users', 'groups', 'profiles', 'roles/provider_administrator']) {
    await visit(`/people/${place}`);
    await expectFrench(page, ['Everything there is to choose', 'Switch to English']);
  }
  await page.getByRole('button', { name: 'Switch to English' }).click();
});

const signOut = async () => {
  await page.getByRole('button', { name: /^Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.locator('[name=user]')).toBeVisible();
};

test('adds a passkey, and signs in with it', async () => {
  const { admin_user, admin_password } = credentials();
  const devices = await context.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  const device = await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await visit('/account/second-factor');
  await page.getByLabel('Label').fill('laptop');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const row = page.locator('tbody tr').filter({ hasText: 'laptop' });
  await expect(row).toContainText('signs in without the password');
  await expectAccessible(page);
  await shoot('passkeys');
  // The device has one already.
  await page.getByLabel('Label').fill('laptop again');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByText('This device has a passkey of yours already.')).toBeVisible();
  await signOut();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
  await signOut();
  // Beside the password, instead of the code.
  await page.locator('[name=user]').fill(admin_user);
  await page.locator('[name=password]').fill(admin_password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Use a passkey instead' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
  // Somebody who is not let in: the device does not verify the person.
  await signOut();
  await devices.send('WebAuthn.setUserVerified', {
    authenticatorId: device.authenticatorId,
    isUserVerified: false,
  });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText('No passkey was used.')).toBeVisible();
  await devices.send('WebAuthn.setUserVerified', {
    authenticatorId: device.authenticatorId,
    isUserVerified: true,
  });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
  // Codes for the day when it is lost.
  await visit('/account/second-factor');
  await page.getByRole('button', { name: 'Make new codes' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make new codes' }).click();
  const shown = await page.locator('.once pre').innerText();
  expect(shown.trim().split('\n')).toHaveLength(10);
  await expectAccessible(page);
  await shoot('recovery-codes');
  await signOut();
  await page.locator('[name=user]').fill(admin_user);
  await page.locator('[name=password]').fill(admin_password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lost it? Use a recovery code' }).click();
  await page.locator('[name=recovery]').fill(shown.trim().split('\n')[0] ?? '');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^You signed in with a recovery code/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('note').getByRole('link').click();
  await expect(page.getByText('9 codes left.')).toBeVisible();
  // Removed, it signs in no more.
  await visit('/account/second-factor');
  await page.getByRole('button', { name: 'Remove laptop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('No passkey yet.')).toBeVisible();
  await signOut();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText(/This passkey is not known here/)).toBeVisible();
  expect(complaints).toEqual([]);
});
