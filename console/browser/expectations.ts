import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

// What holds of every page: no finding of axe, no sideways scrolling.
export async function expectAccessible(page: Page): Promise<void> {
  // Where a dialog was, the mouse is over something else now, and its hint would be found.
  await page.mouse.move(0, 0);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  // What fades in has not its colours yet.
  await page.evaluate(async () => {
    const ends = document
      .getAnimations()
      .filter((each) => each.effect?.getComputedTiming().iterations !== Infinity)
      .map((each) => each.finished.catch(() => undefined));
    // One that its element's state holds still never ends.
    await Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, 3000))]);
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`,
  );
  expect(found).toEqual([]);
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wider, 'the page scrolls sideways').toBeLessThanOrEqual(0);
}

// Fails on what the browser complains of: a script's error, or something that the content security
// policy refused.
export function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content.Security.Policy/i.test(message.text())) {
      complaints.push(message.text());
    }
  });
  return complaints;
}

export async function settle(page: Page): Promise<void> {
  await expect(page.locator('h1').first()).toBeVisible();
  await expect(page.getByText(/^(Loading|Chargement)…$/)).toHaveCount(0);
}
