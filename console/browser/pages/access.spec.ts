import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, settle } from '../expectations';
import { expectFrench } from '../french';
import { signIn, visit } from './persons';

// Tests run side by side against one mock: each has a bucket of its own.
const place = (bucket: string) => `/buckets/${bucket}/-/access`;

const shoot = async (page: Page, name: string) => {
  const folder = process.env['BELFRY_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
};

test('a folder is opened to another account, by keyboard alone', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos');
  await page.getByRole('link', { name: 'Access', exact: true }).focus();
  await page.keyboard.press('Enter');
  const policy = page.getByRole('textbox', { name: 'Policy' });
  await expect(policy).toHaveValue('');
  await expect(page.getByText('arn:aws:iam::000000000002:root')).toBeVisible();
  await expect(page.getByText('arn:aws:iam::000000000002:user/claire')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'access-empty');
  await page.getByRole('button', { name: 'Let another account read a folder' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Account number', { exact: true })).toBeFocused();
  await page.keyboard.type('77');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('Give the 12 digits of the account.')).toBeVisible();
  await expect(dialog.getByText('Give the name of a folder.')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'access-share');
  await page.keyboard.type('0000000000');
  await page.keyboard.press('Tab');
  await page.keyboard.type('2026/été');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  const saved = await policy.inputValue();
  expect(JSON.parse(saved)).toMatchObject({
    Version: '2012-10-17',
    Statement: [
      { Action: 's3:GetObject', Resource: 'arn:aws:s3:::rivage-photos/2026/été/*' },
      { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::rivage-photos' },
    ],
  });
  await page.getByRole('button', { name: 'Save the policy' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Saved, and in force')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'access-saved');
  await page.reload();
  await expect(policy).toHaveValue(saved);
  await page.getByRole('button', { name: 'Remove the policy' }).click();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Remove the policy' }).click();
  await expect(policy).toHaveValue('');
  await expect(page.getByRole('button', { name: 'Remove the policy' })).toBeHidden();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test('what is wrong with a policy is said at its field', async ({ page }) => {
      await signIn(page, 'claire');
      await visit(page, place(`wrong-${colorScheme}`));
      const policy = page.getByRole('textbox', { name: 'Policy' });
      const save = page.getByRole('button', { name: 'Save the policy' });
      await policy.fill('{"Statement": [{"Action": "s3:GetObject"}, {"Action": "GetObject"}]}');
      await save.click();
      await expect(policy).toBeFocused();
      await expect(policy).toHaveAttribute('aria-invalid', 'true');
      await expect(policy).toHaveAccessibleDescription(/Statement\[1\]\.Action/);
      await expectAccessible(page);
      await shoot(page, `access-wrong-${colorScheme}`);
      // What is being mended is not called wrong until the server says so again.
      await policy.fill('{"Statement": [');
      await expect(page.getByText('is no action')).toBeHidden();
      await page.getByRole('button', { name: 'Let another account read a folder' }).click();
      await page.getByLabel('Account number', { exact: true }).fill('000000000077');
      await page.getByLabel('Folder', { exact: true }).fill('in');
      await page.getByRole('button', { name: 'Write it into the policy' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await save.click();
      await expect(policy).toHaveAccessibleDescription(/The policy is not JSON/);
      await expect(policy).toHaveValue('{"Statement": [');
    });
  });
}

test.describe('at 360 pixels, in French', () => {
  test.use({ viewport: { width: 360, height: 740 }, locale: 'fr-FR', colorScheme: 'dark' });
  test('the page of access says everything', async ({ page }) => {
    await signIn(page, 'claire');
    await visit(page, place('petit'));
    await page.getByRole('button', { name: 'Laisser un autre compte lire un dossier' }).click();
    await expectFrench(page);
    await page.getByLabel('Numéro de compte', { exact: true }).fill('000000000077');
    await page.getByLabel('Dossier', { exact: true }).fill('rapports');
    await page.getByRole('button', { name: 'Écrire dans la politique' }).click();
    await page.getByRole('button', { name: 'Enregistrer la politique' }).click();
    await expect(page.getByText('Enregistrée et en vigueur')).toBeVisible();
    await expectFrench(page);
    await expectAccessible(page);
    await shoot(page, 'access-fr-narrow');
  });
});

test('who may not change a policy reads it', async ({ page, browser }) => {
  await signIn(page, 'remi');
  await visit(page, place('read-only'));
  await expect(page.getByText('This bucket has no policy.')).toBeVisible();
  await expectAccessible(page);
  const other = await browser.newPage({ locale: 'en-GB' });
  await signIn(other, 'claire');
  await visit(other, place('read-only'));
  await other.getByRole('textbox', { name: 'Policy' }).fill('{"Id": "mine", "Statement": []}');
  await other.getByRole('button', { name: 'Save the policy' }).click();
  await expect(other.getByText('Saved, and in force')).toBeVisible();
  await other.close();
  await page.reload();
  await settle(page);
  await expect(page.getByText('"Id": "mine"')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Save the policy' })).toHaveCount(0);
  await expectAccessible(page);
});
