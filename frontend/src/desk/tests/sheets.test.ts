import { setLanguage } from '$lib/i18n.svelte';
import { expect, test } from 'vitest';
import { gatesOf } from '../gates';
import { nextStep, type EventProgress } from '../plan';
import { historyOf, matrixOf, standing } from '../sheet';
import type { AspectCard, GateLine, Session, SessionMarks, SheetMark } from '../types';

const aspect = (id: string, by_panel: boolean): AspectCard => ({
  aspect: id, name: id, name_en: id, group: '', group_en: '', view: by_panel ? 'panel' : 'penalty',
  low: 0, high: 100_000, step: 500, places: 1, unit: '', unit_en: '', hint: '', hint_en: '', by_panel, counts: true, optional: false,
});
let seq = 0;
const mark = (entry: string, aspect: string, seat: string, more: Partial<SheetMark> = {}): SheetMark => ({
  mark: `m${++seq}`, entry, aspect, seat, kind: 'entered', value: 1000, standing: 'counts', because: '', revision: 1,
  replaces: null, reason: '', device: 'd', by: seat, by_name: '', made_at: '', at: '', seq, ...more,
});
const sheet = (marks: SheetMark[], status = 'entered'): SessionMarks => ({
  session: 's', state: 'opened', aspects: [aspect('look', true), aspect('time', true), aspect('faults', false)],
  entries: [
    { entry: 'a', label: 'G01', name: '甲', organisation: '', status: 'entered' },
    { entry: 'b', label: 'G02', name: '乙', organisation: '', status },
  ],
  seats: [{ id: 's1', number: 1, judge_name: '张' }, { id: 's2', number: 2, judge_name: '李' }],
  marks,
  next_device_seq: 1, reused: [],
});

test('the matrix counts what is stored and what is due, seat by seat', () => {
  const matrix = matrixOf(sheet([
    mark('a', 'look', 's1'), mark('a', 'time', 's1'), mark('a', 'look', 's2'), mark('a', 'faults', '*'),
    mark('a', 'look', 's1', { standing: 'superseded' }), mark('b', 'look', 's1', { standing: 'pending' }),
    mark('b', 'time', 's1', { kind: 'erased' }), mark('b', 'time', 's2', { kind: 'not_attempted', value: null }),
  ]));
  expect(matrix.seats).toEqual(['s1', 's2', '*']);
  expect(matrix.rows.map((row) => row.cells.map((cell) => `${cell.done}/${cell.due}?${cell.pending}`))).toEqual([
    ['2/2?0', '1/2?0', '1/1?0'],
    ['0/2?1', '1/2?0', '0/1?0'],
  ]);
  expect([matrix.done, matrix.due, matrix.pending]).toEqual([5, 10, 1]);
});

test('an entry that did not start owes no marks', () => {
  const matrix = matrixOf(sheet([mark('b', 'look', 's1')], 'not_started'));
  expect([matrix.rows[1]?.done, matrix.rows[1]?.due]).toEqual([1, 1]);
});

test('what stands in a place is the mark that counts; its history is whole, the newest first', () => {
  const first = mark('a', 'look', 's1', { standing: 'superseded' });
  const second = mark('a', 'look', 's1', { replaces: first.mark });
  expect([...standing([first, second]).values()]).toEqual([second]);
  expect(historyOf([first, second], 'a', 's1')).toEqual([second, first]);
});

const session = (name: string, state: string): Session => ({
  id: name, contest: 'c', event: 'e', stage: 'st', name, panel: 'p', room: '', starts_at: '', aspects: [], entries: [], position: 1,
  gates: { line: 'session', subject: name, round: 1, state, next: null, passed: [], missing: null, pending: null },
});
const progress = (more: Partial<EventProgress>): EventProgress => ({
  event: 'e', name: '焊工', schemeVersion: 1, entries: 10, panels: 1, seats: 3, seatsPaired: 3, sessions: [], pending: 0, results: 'started', ...more,
});

test('the next step follows from what is there', () => {
  const steps = [
    progress({ schemeVersion: 0, entries: 0 }),
    progress({ entries: 0 }),
    progress({ panels: 0 }),
    progress({}),
    progress({ sessions: [session('1', 'planned')], seatsPaired: 1 }),
    progress({ sessions: [session('1', 'planned')] }),
    progress({ sessions: [session('1', 'opened'), session('2', 'planned')] }),
    progress({ sessions: [session('1', 'opened')], pending: 2 }),
    progress({ sessions: [session('1', 'opened'), session('2', 'locked')] }),
    progress({ sessions: [session('1', 'confirmed'), session('2', 'confirmed')] }),
    progress({ results: 'provisional' }),
    progress({ results: 'official' }),
  ].map((one) => nextStep(one));
  expect(steps.map((step) => step && [step.step, step.session?.name ?? step.count ?? ''])).toEqual([
    ['scheme', ''], ['entries', ''], ['panels', ''], ['sessions', ''], ['pairing', 2], ['open', '1'], ['lock', '1'],
    ['pending', 2], ['confirm', '2'], ['publish', ''], ['official', ''], null,
  ]);
});

test('a line of gates shows what is passed, by whom, and what is still to come', () => {
  const line: GateLine = {
    line: 'results', subject: 'e', round: 1, state: 'started', next: 'ended', missing: null, pending: null,
    passed: [{ gate: 'started', at: 't1', by: 'a1', by_name: '组织方', second: 'a2', second_name: '裁判长', seq: 5, reason: '' }],
  };
  setLanguage('zh');
  expect(gatesOf(line)).toEqual([
    { gate: 'started', at: 't1', by: '组织方、裁判长' }, { gate: 'ended' }, { gate: 'provisional' }, { gate: 'official' },
  ]);
});

test('what is optional is due only where it was given', () => {
  const marked = sheet([mark('a', 'faults', '*')]);
  const aspects = marked.aspects.map((one) => (one.aspect === 'faults' ? { ...one, optional: true } : one));
  const cells = matrixOf({ ...marked, aspects }).rows.map((row) => row.cells.map((cell) => `${cell.done}/${cell.due}`));
  expect(cells).toEqual([['0/2', '0/2', '1/1'], ['0/2', '0/2', '0/0']]);
});
