import { describe, expect, it } from 'vitest';
import { Tally } from '../../src/judge/tally';
import { card, sheet } from './builders';

const entry = (key: string) => ({ entry: key, label: key, name: '', organisation: '', status: '' });
const both = sheet({
  entries: [entry('e'), entry('f')],
  aspects: [card(), card({ aspect: 'b' }), card({ aspect: 'i', view: 'imported' })],
});

describe('progress', () => {
  it('counts places with an answer; imported aspects are not marked here', () => {
    const tally = new Tally();
    tally.note('s|e|a', true);
    expect([tally.whole(both), tally.ofEntry(both, 'e'), tally.ofEntry(both, 'f'), tally.ofAspect(both, 'a')]).toEqual([
      { done: 1, all: 4 },
      { done: 1, all: 2 },
      { done: 0, all: 2 },
      { done: 1, all: 2 },
    ]);
  });

  it('asks for no answer where there may be no case', () => {
    const lighter = sheet({ entries: [entry('e')], aspects: [card(), card({ aspect: 'bonus', optional: true })] });
    const tally = new Tally();
    expect([tally.whole(lighter).all, tally.ofEntry(lighter, 'e').all, tally.ofAspect(lighter, 'bonus').all]).toEqual([1, 1, 0]);
  });

  it('counts a place once, and no longer when it is erased', () => {
    const tally = new Tally();
    for (const marked of [true, true, false, false, true]) tally.note('s|e|a', marked);
    expect(tally.whole(both).done).toBe(1);
    tally.note('s|e|a', false);
    expect([tally.whole(both).done, tally.ofEntry(both, 'e').done, tally.ofAspect(both, 'a').done]).toEqual([0, 0, 0]);
  });
});
