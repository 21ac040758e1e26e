import { expect, test } from '@playwright/test';
import { expectAccessible } from '../expectations';
import { signIn, visit } from './persons';

test('folders are walked into and out of', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos');
  await page.getByRole('link', { name: '2026/' }).click();
  await page.getByRole('link', { name: 'été/' }).click();
  await expect(page.getByText('plage.jpg')).toBeVisible();
  await page.reload();
  await expect(page.getByText('plage.jpg')).toBeVisible();
  const path = page.getByRole('navigation', { name: 'Where you are' });
  await path.getByRole('link', { name: 'rivage-photos' }).click();
  await expect(page.getByText('readme.txt')).toBeVisible();
});

test('several files are sent, and what is there already is replaced only when asked', async ({
  page,
}) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos/upload~2F');
  const files = ['one.txt', 'two words é.txt', 'empty.bin'].map((name, at) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.alloc(at === 2 ? 0 : 1000, name),
  }));
  await page.locator('input[type=file]').setInputFiles(files);
  await expect(page.locator('[data-upload=done]')).toHaveCount(3);
  await expect(page.locator('tbody').getByText('two words é.txt')).toBeVisible();
  await expectAccessible(page);
  await page.locator('input[type=file]').setInputFiles(files.slice(0, 1));
  await expect(page.locator('[data-upload=exists]')).toHaveCount(1);
  await page.getByRole('button', { name: 'Replace: upload/one.txt' }).click();
  await expect(page.locator('[data-upload=done]')).toHaveCount(4);
});

test('files can be dropped on the page', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos/dropped~2F');
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['text'], 'dropped.txt', { type: 'text/plain' }));
    return transfer;
  });
  await expect(page.getByText('Nothing is under this prefix.')).toBeVisible();
  const target = page.getByRole('heading', { level: 1 });
  await target.dispatchEvent('dragenter', { dataTransfer: dropped });
  await expect(page.getByText('Drop files and folders to upload them here')).toBeVisible();
  await target.dispatchEvent('drop', { dataTransfer: dropped });
  await expect(page.locator('[data-upload=done]')).toHaveCount(1);
  await expect(page.getByText('Drop files and folders to upload them here')).toBeHidden();
});

test('nothing is deleted without being asked, and by keyboard alone', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos/2026~2Fhiver~2F');
  const remove = page.getByRole('button', { name: 'Delete neige.jpg' });
  await remove.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Delete the object' });
  await expect(dialog.getByText('2026/hiver/neige.jpg')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(remove).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Delete the object' }).press('Enter');
  await expect(page.locator('tbody').getByText('neige.jpg')).toHaveCount(0);
  // What opened the dialog is gone: one is at the page's heading, not nowhere.
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});

test('a folder is a place: its name is in the title, and the focus arrives there', async ({
  page,
}) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos');
  await expect(page).toHaveTitle('rivage-photos · Belfry');
  const folder = page.getByRole('link', { name: '2026/' });
  await folder.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('été/')).toBeVisible();
  const heading = page.getByRole('heading', { level: 1, name: 'rivage-photos / 2026/' });
  await expect(heading).toBeFocused();
  await expect(page).toHaveTitle('rivage-photos / 2026/ · Belfry');
});

test('an upload that ends before the folder was listed is in the list', async ({ page }) => {
  await signIn(page, 'claire');
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let isFirst = true;
  await page.route(/\/buckets\/rivage-photos\/objects\?/, async (route) => {
    if (!isFirst) return route.continue();
    isFirst = false;
    const answer = await route.fetch();
    await held;
    return route.fulfill({ response: answer });
  });
  await visit(page, '/buckets/rivage-photos/early~2F');
  await page
    .locator('input[type=file]')
    .setInputFiles([{ name: 'early.txt', mimeType: 'text/plain', buffer: Buffer.alloc(500) }]);
  await expect(page.locator('[data-upload=done]')).toHaveCount(1);
  letGo();
  await expect(page.locator('tbody').getByText('early.txt')).toBeVisible();
});

test('an upload goes on while one looks at something else', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos/later~2F');
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/objects/later%2F*', async (route) => {
    await held;
    await route.continue();
  });
  await page
    .locator('input[type=file]')
    .setInputFiles([{ name: 'slow.txt', mimeType: 'text/plain', buffer: Buffer.alloc(500) }]);
  await expect(page.locator('[data-upload=sending]')).toHaveCount(1);
  await page.getByRole('link', { name: 'Annex' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
  const sign = page.getByRole('link', { name: /1 upload under way/ });
  await expect(sign).toBeVisible();
  await expectAccessible(page);
  await sign.click();
  await expect(page.locator('[data-upload=sending]')).toHaveCount(1);
  letGo();
  await expect(page.locator('[data-upload=done]')).toHaveCount(1);
  await expect(sign).toBeHidden();
  await expect(page.locator('tbody').getByText('slow.txt')).toBeVisible();
});

test('an upload that waits for an answer leads back to it', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos');
  const file = { name: 'readme.txt', mimeType: 'text/plain', buffer: Buffer.alloc(10) };
  await page.locator('input[type=file]').setInputFiles([file]);
  await expect(page.locator('[data-upload=exists]')).toHaveCount(1);
  await page.getByRole('link', { name: 'Annex' }).click();
  await page.getByRole('link', { name: '1 upload waits for you' }).click();
  await page.getByRole('button', { name: 'Replace: readme.txt' }).click();
  await expect(page.locator('[data-upload=done]')).toHaveCount(1);
});

test('the copies are shown where they are, the corrupt one as such', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets/rivage-photos/2026~2F~C3~A9t~C3~A9~2F');
  await page.getByRole('button', { name: 'Where the copies of port.raw are' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('2 healthy copies of 3 at 1 site')).toBeVisible();
  await expect(dialog.getByText('Corrupt')).toBeVisible();
  await expect(dialog.getByText('rbx1-s1-d1', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('a bucket is made by its rules, and a full one is not deleted', async ({ page }) => {
  await signIn(page, 'claire');
  await visit(page, '/buckets');
  await page.getByRole('button', { name: 'Create a bucket' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Not A Name');
  await dialog.getByRole('button', { name: 'Create a bucket' }).click();
  await expect(dialog.getByText('Begin and end with')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Name').fill('made-in-test');
  await dialog.getByRole('button', { name: 'Create a bucket' }).click();
  await expect(page.getByRole('link', { name: 'made-in-test' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Delete the bucket rivage-photos' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the bucket' }).click();
  await expect(page.getByRole('alert')).toContainText('Delete its objects first.');
});
