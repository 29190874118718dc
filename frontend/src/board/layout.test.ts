import { describe, expect, it } from 'vitest';
import { COMPACT, fit } from './columns';
import { heightOf, type Layout, spanOf, topOf } from './layout';

const plain: Layout = { rows: 100, rowHeight: 50, divider: -1, dividerHeight: 36, opened: -1, openedHeight: 200 };

describe('layout', () => {
  it('places rows below the divider and below an opened row further down', () => {
    const layout = { ...plain, divider: 3, opened: 5 };
    expect([2, 3, 5, 6].map((index) => topOf(layout, index))).toEqual([100, 186, 286, 536]);
    expect(heightOf(layout)).toBe(100 * 50 + 36 + 200);
    expect(heightOf({ ...plain, rows: 0 })).toBe(0);
  });

  it('keeps the rows in sight and a margin around them, whatever is open', () => {
    expect(spanOf(plain, 0, 500, 8)).toEqual({ first: 0, last: 19 });
    expect(spanOf(plain, 1000, 1500, 8)).toEqual({ first: 12, last: 39 });
    expect(spanOf(plain, 4600, 9000, 8)).toEqual({ first: 84, last: 100 });
    expect(spanOf({ ...plain, rows: 0 }, 0, 500)).toEqual({ first: 0, last: 0 });
  });

  it('holds every row that touches the window', () => {
    for (let from = -300; from < 6000; from += 37) {
      const layout = { ...plain, divider: 17, opened: 40 };
      const { first, last } = spanOf(layout, from, from + 400, 0);
      for (let index = 0; index < layout.rows; index += 1) {
        const top = topOf(layout, index);
        if (top < from + 400 && top + layout.rowHeight > from) expect(index >= first && index < last).toBe(true);
      }
    }
  });
});

describe('columns', () => {
  const all = { scores: 8, movement: true, bars: true, awards: true, gaps: true };

  it('shows what fits and never more than there is', () => {
    expect(fit(1246, { ...all, scores: 2, awards: false }).scores).toBe(2);
    expect(fit(5000, all).scores).toBe(8);
    expect(fit(COMPACT, all)).toMatchObject({ scores: 0, awards: true });
  });

  it('never asks for more room than the width', () => {
    for (let width = COMPACT; width < 2400; width += 13) {
      const needed = fit(width, all)
        .template.replace(/minmax\((\d+)px, \dfr\)/g, '$1px')
        .replace(/repeat\((\d+), (\d+)px\)/g, (_whole, times: string, size: string) => `${Number(times) * Number(size)}px`)
        .split(' ')
        .reduce((sum, size) => sum + Number.parseInt(size, 10), 0);
      expect(needed).toBeLessThanOrEqual(width);
    }
  });
});
