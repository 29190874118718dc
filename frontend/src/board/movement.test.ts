import { describe, expect, it } from 'vitest';
import { movement, RankHistory, type Shelf, shelfOf } from './movement';
import { row } from './rows.fixture';

const MINUTE = 60_000;

describe('movement', () => {
  it('is told from the ranks of five minutes ago, not from the last message', () => {
    const history = new RankHistory();
    history.note(0, [row('a', 3)]);
    history.note(3 * MINUTE, [row('a', 2)]);
    expect(movement(row('a', 1), history.note(4 * MINUTE, [row('a', 1)]))).toEqual(2);
    const later = history.note(8 * MINUTE, [row('a', 1)]);
    expect(later?.at).toBe(3 * MINUTE);
    expect(movement(row('a', 1), later)).toEqual(1);
  });

  it('says down, same and new, and nothing of who has no rank', () => {
    const base = { at: 0, ranks: new Map([['a', 1], ['b', 2]]) };
    expect(movement(row('a', 4), base)).toEqual(-3);
    expect(movement(row('b', 2), base)).toEqual(0);
    expect(movement(row('c', 3), base)).toEqual('new');
    expect(movement(row('a', 4, { rank: null }), base)).toBeNull();
    expect(movement(row('a', 4), null)).toBeNull();
  });

  it('is told from the same ranks after a reload of the page', () => {
    const before = new RankHistory();
    before.note(0, [row('a', 5)], shelfOf('w1'));
    before.note(2 * MINUTE, [row('a', 3)], shelfOf('w1'));
    const reloaded = new RankHistory();
    const base = reloaded.note(3 * MINUTE, [row('a', 1)], shelfOf('w1'));
    expect([base?.at, movement(row('a', 1), base)]).toEqual([0, 4]);
    expect(reloaded.note(7 * MINUTE, [row('a', 1)], shelfOf('w1'))?.at).toBe(2 * MINUTE);
    expect(new RankHistory().note(3 * MINUTE, [row('a', 1)], shelfOf('w2'))?.at).toBe(3 * MINUTE);
  });

  it('begins anew where what is kept is old, strange or not to be read', () => {
    const kept = (text: string | null): Shelf => ({ read: () => text, write: () => undefined });
    const old = JSON.stringify([[0, [['a', 9]]]]);
    for (const text of [old, '[[null]]', '{"a":1}', '7', 'not json', null]) {
      expect(new RankHistory().note(5 * MINUTE, [row('a', 1)], kept(text))?.at).toBe(5 * MINUTE);
    }
    expect(new RankHistory().note(5 * MINUTE - 1, [row('a', 1)], kept(old))?.at).toBe(0);
  });

  it('does not remember every wave', () => {
    const history = new RankHistory();
    history.note(0, [row('a', 3)]);
    history.note(1000, [row('a', 2)]);
    expect(history.note(5 * MINUTE + 1000, [row('a', 1)])?.ranks.get('a')).toBe(3);
  });
});
