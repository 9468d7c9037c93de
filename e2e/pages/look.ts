import { expect, type Page } from '@playwright/test';
import { seriousViolations } from '../accessibility';

interface Box {
  readonly left: number;
  readonly right: number;
  readonly width: number;
}
interface Element {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string | null }>;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  getBoundingClientRect(): Box;
}
interface PageGlobals {
  readonly innerWidth: number;
  readonly document: {
    readonly activeElement: Element | null;
    readonly documentElement: Element;
    querySelectorAll(selector: string): Iterable<Element>;
  };
  readonly getComputedStyle: (element: Element) => {
    readonly fontSize: string;
    readonly outlineStyle: string;
    readonly outlineWidth: string;
  };
}

/** Texts below 12 px. */
async function smallTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as unknown as PageGlobals;
    return [...document.querySelectorAll('body *')]
      .filter(
        (element) =>
          element.getBoundingClientRect().width > 1 &&
          [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()) &&
          Number.parseFloat(getComputedStyle(element).fontSize) < 12,
      )
      .map(({ tagName, textContent }) => `${tagName}: ${textContent?.trim().slice(0, 40) ?? ''}`);
  });
}

/** What must hold of every page in every state: nothing serious for axe in both themes, no small text, nothing beyond the edge. */
export async function looksRight(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await seriousViolations({ page })).toEqual([]);
  }
  expect(await smallTexts(page)).toEqual([]);
  await page.setViewportSize({ width: 1024, height: 700 });
  const overflow = await page.evaluate(() => {
    const { innerWidth, document } = globalThis as unknown as PageGlobals;
    const main = [...document.querySelectorAll('.view')];
    return [document.documentElement, ...main]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
      .map(({ scrollWidth }) => `${scrollWidth} of ${innerWidth}`);
  });
  expect(overflow).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** Walks the page by Tab; every stop must be seen. @returns how many stops there are before the first comes again */
export async function walkByTab(page: Page, most: number): Promise<number> {
  const stops = new Set<string>();
  for (let stop = 0; stop < most; stop++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const { document, getComputedStyle } = globalThis as unknown as PageGlobals;
      const element = document.activeElement;
      if (element === null || element.tagName === 'BODY') return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        name: `${element.tagName} ${element.textContent?.trim().slice(0, 40) ?? ''} ${box.left} ${box.right}`,
        ring: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1,
      };
    });
    if (found === null) continue;
    expect(found, 'each stop has a ring').toMatchObject({ ring: true });
    stops.add(found.name);
  }
  return stops.size;
}
