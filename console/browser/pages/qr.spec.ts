import { expect, test } from '@playwright/test';
import jsQr from 'jsqr';
import { signIn, visit } from './persons';

test('what a camera reads off the screen is what the authenticator is to be told', async ({
  page,
}) => {
  await signIn(page, 'claire');
  await visit(page, '/account');
  const told = page.waitForResponse((response) => response.url().endsWith('/api/v1/session/totp'));
  await page.getByRole('button', { name: 'Enrol an authenticator' }).click();
  const { uri, secret } = (await (await told).json()) as { uri: string; secret: string };
  const picture = await page.locator('svg.qr').screenshot();
  // The picture's points, as the browser decodes it.
  const { width, height, points } = await page.evaluate(async (png) => {
    const octets = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([octets], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return { width: image.width, height: image.height, points: [...data] };
  }, picture.toString('base64'));
  const read = jsQr(Uint8ClampedArray.from(points), width, height);
  expect(read?.data).toBe(uri);
  expect(new URL(uri).searchParams.get('secret')).toBe(secret);
  const shown = await page.locator('[data-totp-secret]').innerText();
  expect(shown.replace(/\s/g, '')).toBe(secret);
});
