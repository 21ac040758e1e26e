import { expect, type Page } from '@playwright/test';

// Words that English sentences cannot do without, and French ones do not have.
const words = [
  'the and of with is are was not no at by from to in for it its has have this that all none',
  'never last found missing failed good yes nothing',
];
const english = new RegExp(
  `(?<![\\p{L}\\p{N}_/.-])(${words.join(' ').replaceAll(' ', '|')})(?![\\p{L}\\p{N}_/.-])`,
  'iu',
);

// What a reader meets on the page, except source code.
function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node as HTMLElement;
      if (element.closest('pre, code, script, style, noscript, [lang]:not(html)') !== null)
        continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        found.push(element.getAttribute(name) ?? '');
      }
      for (const child of element.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) found.push(child.textContent ?? '');
      }
    }
    return found;
  });
}

// Nothing in English but `names`, which are people's own words, once what the server worded has
// come in French too.
export async function expectFrench(page: Page, names: readonly string[] = []): Promise<void> {
  const isCodes = (text: string) => /^[A-Z]{2}(, [A-Z]{2})+$/.test(text);
  await expect(async () => {
    const texts = await textsOf(page);
    expect(texts.join(' ').length).toBeGreaterThan(100);
    const left = texts.map((text) => names.reduce((rest, name) => rest.replaceAll(name, ''), text));
    expect(left.filter((text) => english.test(text) && !isCodes(text))).toEqual([]);
  }).toPass({ timeout: 30_000 });
}
