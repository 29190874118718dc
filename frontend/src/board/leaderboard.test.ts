import { describe, expect, it } from 'vitest';
import type { Moved, Reset, Row } from '$lib/wire/live';
import { Leaderboard } from './leaderboard.svelte';
import { head, moved, reset, row } from './rows.fixture';

const entries = (board: Leaderboard): string[] => board.rows.map((one) => one.entry);

describe('Leaderboard', () => {
  it('shows nothing before it is told to, then the rows in order of their place', () => {
    const board = new Leaderboard();
    expect(board.apply(reset(4, [row('b', 2), row('a', 1)]))).toBe(true);
    expect(board.rows).toEqual([]);
    expect(board.waiting).toBe(2);
    board.show();
    expect(board.rows).toEqual([row('a', 1), row('b', 2)]);
    expect(board.head).toEqual(head());
    expect([board.epoch, board.version, board.waiting]).toEqual(['e1', 4, 0]);
  });

  it('applies rows that changed, came and went', () => {
    const board = new Leaderboard();
    board.apply(reset(1, [row('a', 1), row('b', 2), row('c', 3)]));
    board.show();
    expect(board.apply(moved(1, 3, [row('b', 1), row('d', 2)], ['a']))).toBe(true);
    // `d` came and `a` went; `b` was only moved up by that.
    expect(board.waiting).toBe(2);
    board.show();
    expect(entries(board)).toEqual(['b', 'd', 'c']);
    expect(board.version).toBe(3);
  });

  it('refuses a step that does not begin where it stands, and stays as it was', () => {
    const board = new Leaderboard();
    expect(board.apply(moved(0, 1, [row('a', 1)]))).toBe(false);
    board.apply(reset(5, [row('a', 1)]));
    expect(board.apply(moved(6, 7, [row('a', 1, { total: '99.00' })]))).toBe(false);
    expect(board.apply(moved(4, 5, [row('a', 1, { total: '99.00' })]))).toBe(false);
    board.show();
    expect(board.rows).toEqual([row('a', 1)]);
    expect(board.version).toBe(5);
  });

  it('forgets everything at a reset, also what the reset does not name', () => {
    const board = new Leaderboard();
    board.apply(reset(5, [row('a', 1), row('b', 2)]));
    board.show();
    board.apply(reset(1, [row('b', 1)]));
    expect(board.waiting).toBe(1);
    board.show();
    expect(board.rows).toEqual([row('b', 1)]);
    expect(board.version).toBe(1);
  });

  it('keeps the head until a newer one comes', () => {
    const board = new Leaderboard();
    board.apply(reset(1, [row('a', 1)]));
    board.apply(moved(1, 2, [row('a', 1, { total: '81.00' })]));
    board.show();
    expect(board.head).toEqual(head());
    board.apply({ ...moved(2, 3, []), head: head({ state: 'ended' }) });
    board.show();
    expect(board.head?.state).toBe('ended');
  });

  it('keeps the very row that did not change, so that nothing of it is drawn anew', () => {
    const board = new Leaderboard();
    board.apply(reset(1, [row('a', 1), row('b', 2)]));
    board.show();
    const [before] = board.rows;
    board.apply(moved(1, 2, [row('b', 2, { total: '1.00' })]));
    board.show();
    expect(board.rows[0]).toBe(before);
  });
});

/** A small server: it moves rows at random and can tell the way from any version it still remembers. */
class Server {
  version = 1;
  rows = new Map<string, Row>();
  #steps: Moved[] = [];

  constructor(readonly random: () => number) {
    for (let n = 0; n < 12; n += 1) this.rows.set(`e${n}`, row(`e${n}`, n + 1));
  }

  step(): Moved {
    const changed = new Map<string, Row>();
    const gone: string[] = [];
    for (let times = 0; times < 3; times += 1) {
      const entry = `e${Math.floor(this.random() * 16)}`;
      if (this.random() < 0.15) {
        if (this.rows.delete(entry)) gone.push(entry);
        changed.delete(entry);
      } else {
        const next = row(entry, 1 + Math.floor(this.random() * 20), { total: this.random().toFixed(2) });
        this.rows.set(entry, next);
        changed.set(entry, next);
      }
    }
    const left = gone.filter((entry) => !this.rows.has(entry));
    const step = moved(this.version, this.version + 1, [...changed.values()], left);
    this.version += 1;
    this.#steps.push(step);
    return step;
  }

  answer(): Reset {
    return reset(this.version, [...this.rows.values()]);
  }
}

function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('a viewer after any losses', () => {
  it('ends with exactly the rows of the server once it has asked again', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = dice(seed);
      const server = new Server(random);
      const board = new Leaderboard();
      board.apply(server.answer());
      let asked = 0;
      for (let step = 0; step < 40; step += 1) {
        const message = server.step();
        if (random() < 0.2) continue; // lost on the way
        if (!board.apply(message)) {
          asked += 1;
          expect(board.apply(server.answer())).toBe(true);
        }
        if (random() < 0.3) board.show();
      }
      if (board.version !== server.version) board.apply(server.answer());
      board.show();
      const expected = [...server.rows.values()].sort((x, y) => x.place - y.place || (x.entry < y.entry ? -1 : 1));
      expect(board.rows).toEqual(expected);
      expect(asked).toBeGreaterThan(0);
    }
  });
});
