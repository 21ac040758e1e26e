import { expect, type Page } from '@playwright/test';

export const persons = {
  admin: { password: 'a long password for tests', code: '123456' },
  irene: { password: 'a second administrator has one too', code: '654321' },
  nadia: { password: 'an administrator has a long password', code: '654321' },
  olga: { password: 'an operator has a password too', code: '654321' },
  lucas: { password: 'who only looks has a password', code: '654321' },
  ines: { password: 'who looks after a ward has one', code: '654321' },
  remi: { password: 'a reader has a password too', code: null },
  noor: { password: 'noor has no second factor yet', code: null },
  claire: { password: 'another long password', code: null },
} as const;

export async function signIn(page: Page, name: keyof typeof persons): Promise<void> {
  const { password, code } = persons[name];
  await page.goto('/');
  await page.locator('[name=user]').fill(name);
  await page.locator('[name=password]').fill(password);
  await page.keyboard.press('Enter');
  if (code !== null) {
    await page.locator('[name=totp]').fill(code);
    await page.keyboard.press('Enter');
  }
  await expect(page.locator('nav').first()).toBeVisible();
}

export async function visit(page: Page, place: string): Promise<void> {
  await page.goto(`/#${place}`);
}
