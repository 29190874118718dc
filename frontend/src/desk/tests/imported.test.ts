import { setLanguage } from '$lib/i18n.svelte';
import { beforeEach, expect, test } from 'vitest';
import { ImportedSheet, problemIn } from '../state/imported.svelte';
import type { AspectCard, DeskMark, SessionMarks, SheetMark } from '../types';
import { CUT, withServer } from './fakeServer';

const server = withServer();
beforeEach(() => setLanguage('zh'));
const theory: AspectCard = {
  aspect: 'theory', name: '理论', name_en: 'Theory', group: '', group_en: '', view: 'imported', low: 0, high: 100_000,
  step: 500, places: 1, unit: '分', unit_en: 'pts', hint: '', hint_en: '', by_panel: false, counts: true, optional: false,
};
const stored: SheetMark = {
  mark: 'm0', entry: 'a', aspect: 'theory', seat: '*', kind: 'entered', value: 85_500, standing: 'counts', because: '', revision: 1,
  replaces: null, reason: '', device: 'd', by: '', by_name: '', made_at: '', at: '', seq: 1,
};
const entries = ['a', 'b', 'c'].map((entry) => ({ entry, label: entry, name: entry, organisation: '', status: 'entered' }));
const sheet: SessionMarks = { session: 's1', state: 'opened', aspects: [theory], entries, seats: [], marks: [stored], next_device_seq: 1, reused: [] };

function opened(): ImportedSheet {
  const way = new ImportedSheet('s1');
  way.show(sheet);
  return way;
}

const sent = () => server.current.asked.map((asked) => (asked.body as { marks: DeskMark[] }).marks);

test('a pasted column fills the fields from where it was pasted; what is stored already is no change', () => {
  const way = opened();
  expect(way.paste('85.5\n\n100.5', entries, [theory], 0, 0)).toBe(2);
  expect(entries.map((entry) => way.slip(entry.entry, theory))).toEqual([
    { text: '85.5', problem: '' },
    { text: '', problem: '' },
    { text: '100.5', problem: '0 到 100' },
  ]);
  expect([way.changed, way.wrong, way.replaces]).toEqual([1, 1, false]);
});

test('a mark goes out with what it replaces; its key stays when the answer is lost', async () => {
  let cut = true;
  server.current.on('POST', '/sessions/s1/marks', ({ body }) => {
    if (cut) return CUT;
    return (body as { marks: DeskMark[] }).marks.map((mark) => ({ mark: mark.mark, device_seq: mark.device_seq, verdict: 'stored', seq: 9, because: '', params: {} }));
  });
  const way = opened();
  way.type('a', theory, '90');
  way.type('b', theory, '70.5');
  expect([way.changed, way.replaces]).toEqual([2, true]);
  way.reason = '登分错误';
  await way.store([theory]);
  expect([way.changed, way.problem === '']).toEqual([2, false]);
  cut = false;
  await way.store([theory]);
  const [first, second] = sent();
  expect(second).toEqual(first);
  expect(second?.map((mark) => [mark.entry, mark.kind, mark.value, mark.replaces, mark.reason])).toEqual([
    ['a', 'entered', 90_000, 'm0', '登分错误'],
    ['b', 'entered', 70_500, null, '登分错误'],
  ]);
  expect(new Set(second?.map((mark) => mark.mark)).size).toBe(2);
  expect([way.changed, way.stored]).toEqual([0, 2]);
});

test('another number in the field is another mark', async () => {
  server.current.on('POST', '/sessions/s1/marks', () => CUT);
  const way = opened();
  way.type('b', theory, '70');
  await way.store([theory]);
  way.type('b', theory, '71');
  await way.store([theory]);
  const [first, second] = sent();
  expect(first?.[0]?.mark).not.toBe(second?.[0]?.mark);
  expect((second?.[0]?.device_seq ?? 0) > (first?.[0]?.device_seq ?? 0)).toBe(true);
});

test('a number is above all that the book has seen, even when the clock is set back', async () => {
  server.current.on('POST', '/sessions/s1/marks', () => CUT);
  const way = new ImportedSheet('s1');
  way.show({ ...sheet, next_device_seq: 2 ** 52 });
  way.type('b', theory, '70');
  await way.store([theory]);
  expect(sent()[0]?.[0]?.device_seq).toBe(2 ** 52);
});

test('an emptied field takes the stored mark back; a refused mark stays in its field with the reason', async () => {
  server.current.on('POST', '/sessions/s1/marks', ({ body }) =>
    (body as { marks: DeskMark[] }).marks.map((mark) => ({
      mark: mark.mark, device_seq: mark.device_seq, seq: null, params: {},
      verdict: mark.kind === 'erased' ? 'pending' : 'refused', because: mark.kind === 'erased' ? 'session_locked' : 'session_not_open',
    })),
  );
  const way = opened();
  way.type('a', theory, '');
  way.type('b', theory, '60');
  await way.store([theory]);
  expect(sent()[0]?.map((mark) => [mark.kind, mark.value])).toEqual([['erased', null], ['entered', 60_000]]);
  expect([way.pending, way.stored, way.changed]).toEqual([1, 0, 1]);
  expect(way.slip('b', theory)).toEqual({ text: '60', problem: '本场还没有开放打分。' });
});

test('what is wrong with a field is said in its own limits', () => {
  expect(['', '60', 'x', '60.2', '101'].map((text) => problemIn(text, theory))).toEqual(['', '', '不是数', '步长 0.5', '0 到 100']);
});
