import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { expectAccessible, settle, watch } from '../expectations';
import { expectFrench } from '../french';
import { address, credentials, totp } from './provider';

// How a person comes: the link, the terms, name and password, and for an operator a second factor.
test.describe.configure({ mode: 'serial' });

const password = 'seven otters carry lanterns';
const provider = '1';

async function post(request: APIRequestContext, path: string, data: unknown) {
  const response = await request.post(`${address()}/api/v1/${path}`, {
    data,
    headers: { Authorization: `Bearer ${credentials().api_token}` },
  });
  expect(response.status(), await response.text()).toBe(201);
  return (await response.json()) as { id: string; link: string };
}

async function fill(page: Page, name: string) {
  await page.locator('[name=user]').fill(name);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=again]').fill(password);
}

test('an invited person accepts, and a used link tells nothing', async ({ page, request }) => {
  const complaints = watch(page);
  const { link } = await post(request, `tenants/${provider}/invitations`, {
    email: 'anna@example.org',
    name: 'anna',
    role: 'reader',
  });
  await page.goto(link);
  await settle(page);
  await expect(page.getByText('anna@example.org')).toBeVisible();
  await expectAccessible(page);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=again]').fill('something else');
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await expect(page.getByText('The two are not the same.')).toBeVisible();
  await fill(page, 'anna');
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
  expect(page.url()).not.toContain('invitation');
  expect(complaints).toEqual([]);
  await page.goto(link);
  await settle(page);
  await expect(page.getByRole('alert')).toContainText('This invitation is not good');
});

test('an administrator accepts the terms, then adds a factor, in French', async ({
  page,
  request,
}) => {
  await post(request, 'terms', {
    version: '2026-1',
    text: { en: 'Be kind.\n\nAlways.', fr: 'Soyez aimable.\n\nToujours.' },
  });
  const tenant = await post(request, 'tenants', { name: 'Zoé SARL', kind: 'customer' });
  const { link } = await post(request, `tenants/${tenant.id}/invitations`, {
    email: 'zoe@example.org',
    role: 'tenant_administrator',
  });
  await page.goto(link);
  await page.getByRole('button', { name: 'Passer en français' }).click();
  await expect(page.getByText('Soyez aimable.')).toBeVisible();
  await expectFrench(page);
  const accept = page.getByRole('button', { name: 'Accepter l’invitation' });
  await expect(accept).toBeDisabled();
  await fill(page, 'zoe');
  await page.getByRole('checkbox').check();
  await accept.click();
  await page.getByRole('button', { name: 'Enregistrer une application' }).click();
  const secret = (await page.locator('[data-totp-secret]').innerText()).replace(/\s/g, '');
  await page.locator('input[inputmode=numeric]').fill(totp(secret));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Copiez-les maintenant')).toBeVisible();
});

test('who has not accepted the terms can do nothing else', async ({ page }) => {
  await page.goto(address());
  await page.locator('[name=user]').fill('anna');
  await page.locator('[name=password]').fill(password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Terms' })).toBeVisible();
  await expectAccessible(page);
  const refused = await page.request.get(`${address()}/api/v1/annex`);
  expect(refused.status()).toBe(403);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Accept' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The annex' })).toBeVisible();
});
