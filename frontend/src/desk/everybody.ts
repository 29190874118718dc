/** The whole of a list that the server gives in pages. */
import { competitors } from './calls';
import type { Competitor } from './types';

const AT_ONCE = 500;

/** Every competitor of a contest, page after page. */
export async function everyCompetitor(contest: string): Promise<Competitor[]> {
  const all: Competitor[] = [];
  for (;;) {
    const page = await competitors.page(contest, '', all.length, AT_ONCE);
    all.push(...page.rows);
    if (all.length >= page.total || page.rows.length === 0) return all;
  }
}
