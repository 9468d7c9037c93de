import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical on the page that is shown; through the debugger, since the pages allow no foreign script. */
export async function seriousViolations({ page }: { readonly page: Page }): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  const run = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await devtools.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value;
  };
  await run(`${source}; 0`);
  const found = (await run(
    'axe.run(document).then(({ violations, passes }) => ({ violations, passes: passes.length }))',
  )) as {
    readonly violations: readonly Violation[];
    readonly passes: number;
  };
  await devtools.detach();
  if (found.passes === 0) throw new Error('axe has looked at nothing.');
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
