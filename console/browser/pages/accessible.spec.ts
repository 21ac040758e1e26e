import { expect, test } from '@playwright/test';
import { expectAccessible, settle, watch } from '../expectations';
import { signIn, visit, type persons } from './persons';

// Every page, in both colour schemes, at a desk and on a phone: clean for axe, nothing wider than
// the window, nothing that the content security policy refuses.
const places: readonly [who: keyof typeof persons, place: string][] = [
  ['admin', '/annex'],
  ['admin', '/annex/S06-P-08'],
  ['admin', '/annex/S02-P-01'],
  ['admin', '/disks'],
  ['admin', '/audit'],
  ['admin', '/tenants'],
  ['admin', '/account/second-factor'],
  ['claire', '/buckets'],
  ['claire', '/buckets/rivage-photos'],
  ['claire', '/buckets/rivage-archive'],
  ['claire', '/buckets/rivage-archive/-/access'],
  ['claire', '/account/second-factor'],
  ['claire', '/account/password'],
  ['claire', '/account/sessions'],
  ['claire', '/account/access-keys'],
  ['claire', '/account/api-tokens'],
  ['claire', '/account/rights'],
  ['claire', '/nowhere'],
  ['nadia', '/annex/S10-C-01'],
  ['nadia', '/attestations'],
  ['nadia', '/attestations/access_management'],
  ['nadia', '/attestations/skills'],
  ['admin', '/attestations'],
  ['admin', '/registers/documents'],
  ['admin', '/registers/documents/8801'],
  ['admin', '/registers/documents/8802'],
  ['admin', '/registers/systems'],
  ['admin', '/registers/systems/8901'],
  ['admin', '/registers/systems/8902'],
  ['nadia', '/audit'],
  ['nadia', '/people/users'],
  ['nadia', '/people/users/99'],
  ['nadia', '/people/users/100'],
  ['nadia', '/people/users/101'],
  ['nadia', '/people/groups'],
  ['nadia', '/people/groups/601'],
  ['nadia', '/people/profiles'],
  ['nadia', '/people/profiles/501'],
  ['nadia', '/people/profiles/502'],
  ['nadia', '/people/profiles/new'],
  ['nadia', '/people/roles/tenant_administrator'],
  ['nadia', '/people/requests'],
  ['nadia', '/people/requests/7001'],
  ['nadia', '/people/requests/7003'],
  ['nadia', '/people/requests/new'],
  ['claire', '/people/requests'],
  ['claire', '/people/access'],
  ['nadia', '/people/reviews'],
  ['nadia', '/people/reviews/8001'],
  ['nadia', '/people/reviews/8002'],
  ['nadia', '/people/access/bucket-rivage-photos'],
  ['nadia', '/people/assumed-roles'],
  ['nadia', '/people/assumed-roles/301'],
  ['nadia', '/people/assumed-roles/new'],
  ['nadia', '/people/users/112'],
  ['nadia', '/people/interventions'],
  ['nadia', '/people/interventions/3002'],
  ['nadia', '/people/interventions/3003'],
  ['nadia', '/people/interventions/3009'],
  ['nadia', '/people/directories'],
  ['nadia', '/people/directories/3101'],
  ['nadia', '/people/directories/3102'],
  ['nadia', '/people/directories/3103'],
  ['nadia', '/people/directories/new'],
  ['nadia', '/people/delegations'],
  ['nadia', '/people/requests/7006'],
  ['nadia', '/people/persons'],
  ['nadia', '/people/persons/9401'],
  ['nadia', '/people/persons/9402'],
  ['nadia', '/people/job-roles'],
  ['nadia', '/people/checklists'],
  ['ines', '/people/delegations'],
  ['ines', '/people/users'],
  ['nadia', '/people/service-accounts'],
  ['nadia', '/people/service-accounts/3302'],
  ['claire', '/people/service-accounts'],
  ['claire', '/people/service-accounts/3303'],
  ['admin', '/people/interventions'],
  ['admin', '/people/interventions/3001'],
  ['admin', '/people/interventions/3007'],
  ['admin', '/people/interventions/3010'],
  ['admin', '/people/interventions/new'],
  ['admin', '/people/interventions/break-glass'],
  ['olga', '/people/interventions'],
  ['olga', '/people/interventions/new'],
];

const schemes = ['light', 'dark'] as const;
const sizes = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
] as const;

// Each page is seen twice: in both schemes, at both sizes and in both languages. Which of them
// come together changes from page to page.
const looks = schemes.flatMap((colorScheme, scheme) =>
  sizes.map((viewport, size) => ({
    colorScheme,
    viewport,
    locale: size === 0 ? 'en-GB' : 'fr-FR',
    isSeen: (_: unknown, at: number) => at % 2 === (scheme + size) % 2,
  })),
);

test.describe.configure({ mode: 'parallel' });
for (const { isSeen, ...look } of looks) {
  test.describe(`${look.colorScheme}, ${String(look.viewport.width)} wide`, () => {
    test.use(look);

    test('signing in', async ({ page }) => {
      const complaints = watch(page);
      await page.goto('/');
      await settle(page);
      await expectAccessible(page);
      await page.locator('[name=user]').fill('admin');
      await page.locator('[name=password]').fill('wrong');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('alert')).toBeVisible();
      await expectAccessible(page);
      await page.locator('[name=password]').fill('a long password for tests');
      await page.keyboard.press('Enter');
      await expect(page.locator('[name=totp]')).toBeFocused();
      await expectAccessible(page);
      expect(complaints).toEqual([]);
    });

    for (const who of ['admin', 'claire', 'ines', 'nadia', 'olga'] as const) {
      test(`the pages of ${who}`, async ({ page }) => {
        const complaints = watch(page);
        await signIn(page, who);
        for (const [, place] of places.filter(([whose]) => whose === who).filter(isSeen)) {
          await test.step(place, async () => {
            await visit(page, place);
            if (place !== '/nowhere') await settle(page);
            await expectAccessible(page);
          });
        }
        expect(complaints).toEqual([]);
      });
    }
  });
}
