import { describe, expect, it } from 'vitest';
import { isMarked, replacedBy, shownOf, viewOf, wireOf } from '../../src/judge/model';
import { kept, line } from './builders';

const none = new Set<string>();

describe('what a new mark replaces', () => {
  it('is nothing in an empty place', () => expect(replacedBy([], [])).toBe(null));

  it('is the newest own mark that waits, before anything the server said', () => {
    const marks = [kept('m2', 2), kept('m1', 1, { state: 'stored', seq: 9 })];
    expect(replacedBy(marks, [line('other', 12)])).toBe('m2');
  });

  it('is the newer of the own stored mark and the one on the server', () => {
    const own = [kept('m1', 1, { state: 'stored', seq: 9 })];
    expect(replacedBy(own, [line('other', 8)])).toBe('m1');
    expect(replacedBy(own, [line('other', 10)])).toBe('other');
  });

  it('is never a mark that does not count', () => {
    const own = [kept('m1', 1, { state: 'stored', seq: 3 }), kept('m2', 2, { state: 'pending', seq: 4 }), kept('m3', 3, { state: 'refused' })];
    expect(replacedBy(own, [line('m2', 4, { standing: 'pending' })])).toBe('m1');
  });

  it('is a pending mark once the chief judge has accepted it', () => {
    const own = [kept('m1', 1, { state: 'stored', seq: 3 }), kept('m2', 2, { state: 'pending', seq: 4 })];
    expect(replacedBy(own, [line('m1', 3, { standing: 'superseded' }), line('m2', 4)])).toBe('m2');
  });
});

describe('a place on the sheet', () => {
  it('is unmarked, which is not zero', () => {
    expect(viewOf([], [], none)).toBe(null);
    expect(isMarked(null)).toBe(false);
    expect(shownOf(viewOf([kept('m', 1, { value: 0 })], [], none))).toEqual({ kind: 'entered', value: 0 });
  });

  it('says saved, then sending, then stored with its number', () => {
    expect(viewOf([kept('m', 1)], [], none)?.state).toBe('saved');
    expect(viewOf([kept('m', 1)], [], new Set(['m']))?.state).toBe('sending');
    const stored = viewOf([kept('m', 1, { state: 'stored', seq: 42, at: 'then' })], [], none);
    expect([stored?.state, stored?.seq, stored?.at]).toEqual(['stored', 42, 'then']);
  });

  it('never says stored for a mark that waits, even when an older one is on the server', () => {
    expect(viewOf([kept('m2', 2)], [line('m1', 5)], none)?.state).toBe('saved');
  });

  it('says stored when the receipt was lost but the sheet carries the mark', () => {
    const view = viewOf([kept('m', 1)], [line('m', 5, { value: 8500 })], none);
    expect([view?.state, view?.seq]).toEqual(['stored', 5]);
  });

  it('shows what counts beside a pending mark', () => {
    const own = [kept('m1', 1, { state: 'stored', seq: 3, value: 7000 }), kept('m2', 2, { state: 'pending', seq: 4, value: 9000, because: 'session_locked' })];
    expect(viewOf(own, [], none)).toMatchObject({ state: 'pending', value: 9000, counting: { kind: 'entered', value: 7000 } });
  });

  it('shows the mark that counts as chosen when the last one was refused', () => {
    const own = [kept('m1', 1, { state: 'stored', seq: 3, value: 7000 }), kept('m2', 2, { state: 'refused', value: 99000 })];
    const view = viewOf(own, [], none);
    expect([view?.state, shownOf(view)]).toEqual(['refused', { kind: 'entered', value: 7000 }]);
  });

  it('follows what the chief judge decided', () => {
    const own = [kept('m1', 1, { state: 'stored', seq: 3, value: 7000 }), kept('m2', 2, { state: 'pending', seq: 4, value: 9000 })];
    const accepted = [line('m1', 3, { standing: 'superseded' }), line('m2', 4, { value: 9000 })];
    expect(viewOf(own, accepted, none)?.state).toBe('stored');
    const declined = [line('m1', 3), line('m2', 4, { value: 9000, standing: 'declined' })];
    expect(viewOf(own, declined, none)).toMatchObject({ state: 'refused', because: 'declined', counting: { value: 7000 } });
  });

  it('shows the mark that another tablet of the seat made later', () => {
    const own = [kept('m1', 1, { state: 'stored', seq: 3, value: 7000 })];
    expect(viewOf(own, [line('x', 8, { value: 6000 })], none)).toMatchObject({ mark: 'x', value: 6000, state: 'stored' });
  });

  it('is unmarked again after erasing, and marked when the judge was absent', () => {
    expect(isMarked(viewOf([kept('m', 1, { kind: 'erased', value: null })], [], none))).toBe(false);
    expect(isMarked(viewOf([kept('m', 1, { kind: 'absent', value: null })], [], none))).toBe(true);
    expect(isMarked(viewOf([kept('m', 1, { state: 'refused' })], [], none))).toBe(false);
  });
});

it('a mark goes over the wire without anything that belongs to the tablet', () => {
  expect(Object.keys(wireOf(kept('m', 1))).sort()).toEqual(
    ['aspect', 'device_seq', 'entry', 'kind', 'made_at', 'mark', 'reason', 'replaces', 'session', 'value'].sort(),
  );
});
