import { describe, expect, it } from 'vitest';
import type { Row } from '$lib/wire/live';
import { row } from '../board/rows.fixture';
import { after, before, heightOf, LINES, otherEvent, pagesOf, ROWS, within } from './pages';

const board = (rows: number, said: (place: number) => Partial<Row> = () => ({})): Row[] =>
  Array.from({ length: rows }, (_, index) => row(`e${index + 1}`, index + 1, said(index + 1)));

describe('pages', () => {
  it('show a short board whole, and an empty one as one empty page', () => {
    expect(pagesOf(board(16))).toEqual([{ pinned: [], rows: board(16) }]);
    expect(pagesOf([])).toEqual([{ pinned: [], rows: [] }]);
  });

  it('are whole pages that show every row once, the podium on all of them', () => {
    for (const size of [17, 25, 26, 60, 3000]) {
      const rows = board(size);
      const pages = pagesOf(rows);
      expect(pages.flatMap((page) => page.rows)).toEqual(rows.slice(3));
      for (const page of pages) {
        expect(page.pinned).toEqual(rows.slice(0, 3));
        expect(page.rows.length + 3).toBeLessThanOrEqual(ROWS);
        expect(page.rows.length).toBeGreaterThan(0);
      }
    }
  });

  it('pin nobody while there is no podium', () => {
    const rows = board(30, (place) => (place === 2 ? { rank: null } : {}));
    expect(pagesOf(rows).map((page) => [page.pinned.length, page.rows.length])).toEqual([
      [0, 10],
      [0, 10],
      [0, 10],
    ]);
  });

  it('fill the wall, and never more than it', () => {
    for (const size of [1, 12, 13, 15, 16, 17, 3000]) {
      const pages = pagesOf(board(size));
      const rows = Math.max(...pages.map((page) => page.pinned.length + page.rows.length));
      expect(rows * heightOf(pages)).toBeLessThanOrEqual(LINES);
    }
    const heights = [3, 14, 16, 60, 3000].map((size) => heightOf(pagesOf(board(size))));
    expect(heights).toEqual([67, 58, 50, 62, 58]);
    expect(heightOf([])).toBe(67);
  });
});

describe('turning pages', () => {
  const counts = [2, 1, 3];

  it('goes through all pages of all events and begins again', () => {
    const seen = [];
    let spot = { event: 0, page: 0 };
    for (let turn = 0; turn < 7; turn += 1) {
      seen.push(`${spot.event}:${spot.page}`);
      spot = after(spot, counts);
    }
    expect(seen).toEqual(['0:0', '0:1', '1:0', '2:0', '2:1', '2:2', '0:0']);
  });

  it('goes back the same way', () => {
    let spot = { event: 0, page: 0 };
    for (let turn = 0; turn < 6; turn += 1) {
      const last = before(spot, counts);
      expect(after(last, counts)).toEqual(spot);
      spot = last;
    }
    expect(spot).toEqual({ event: 0, page: 0 });
  });

  it('changes events without their pages, and keeps to what is there', () => {
    expect(otherEvent({ event: 0, page: 1 }, -1, counts)).toEqual({ event: 2, page: 0 });
    expect(otherEvent({ event: 2, page: 1 }, 1, counts)).toEqual({ event: 0, page: 0 });
    expect(within({ event: 0, page: 7 }, counts)).toEqual({ event: 0, page: 1 });
    expect(within({ event: 0, page: 0 }, [])).toEqual({ event: 0, page: 0 });
    expect(after({ event: 0, page: 0 }, [])).toEqual({ event: 0, page: 0 });
  });
});
