import { setLanguage } from '$lib/i18n.svelte';
import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atDesk } from '../desk.svelte';
import Agreement from '../parts/Agreement.svelte';
import SessionActs from '../parts/SessionActs.svelte';
import Ties from '../parts/Ties.svelte';
import { ContestDesk } from '../state/contest.svelte';
import type { EventResults, ResultRow, Session, Tie } from '../types';
import { Refusal, withServer } from './fakeServer';

const server = withServer();
beforeEach(() => setLanguage('zh'));
afterEach(cleanup);

function row(entry: string, label: string): ResultRow {
  return {
    entry, label, place: 1, rank: 1, shared: true, name: '', organisation: '', status: 'entered', total: '81.00', points: '81.00',
    complete: 1, aspects: 1, best: null, worst: null, scores: [], awards: [], tie_broken_by: '', excluded: [], advances: [],
  };
}

const OPEN: Tie = { rank: 1, entries: ['a', 'b', 'c'], decision: null };
const DECIDED: Tie = {
  rank: 1, entries: ['b', 'a', 'c'],
  decision: { how: 'lot', by: 'x', by_name: '裁判长', at: '2026-11-20T09:00:00Z', reason: '当众抽签', seq: 9 },
};

function showing(tie: Tie, extra: Partial<{ mayRule: boolean; ended: boolean; unconfirmed: number }> = {}): () => number {
  let done = 0;
  const sheet: EventResults = {
    head: {
      event: 'e', event_name: '电工', contest: 'c', contest_name: '赛', state: 'started', round: 1, view: 'live', as_of: '',
      complete: 3, aspects: 3, entries: 3,
    },
    columns: [], rows: [row('a', 'A01'), row('b', 'A02'), row('c', 'A03')], open_ties: 1, missing: 0, awards: [],
    ties: [tie], remarks: [], barriers: [], stages: [], teams: [],
  };
  const ondone = (): void => void (done += 1);
  render(Ties, { event: 'e', sheet, mayRule: true, ended: false, unconfirmed: 0, ...extra, ondone });
  return () => done;
}

const listed = (list: HTMLElement): string[] => within(list).getAllByRole('listitem').map((line) => line.textContent.replace(/\s+/g, ' ').trim());

test('an open tie is shown with its entries, and drawn by the system', async () => {
  const done = showing(OPEN);
  server.current.on('POST', '/events/e/ties', () => [{ ...DECIDED, decision: { ...DECIDED.decision, how: 'drawn' } }]);
  expect(screen.getByText(/第 1 名：3 个并列/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: '决定先后' }));
  await userEvent.click(screen.getByRole('button', { name: '抽签并记入' }));
  expect(server.current.asked).toEqual([
    { method: 'POST', path: '/events/e/ties', body: { entries: ['a', 'b', 'c'], how: 'drawn', replaces: 0, reason: '' } },
  ]);
  await vi.waitFor(() => expect(done()).toBe(1), 60_000);
});

test('an order is set with the keys alone, and the focus stays on who was moved', async () => {
  showing(OPEN);
  server.current.on('POST', '/events/e/ties', () => [DECIDED]);
  const person = userEvent.setup();
  await person.click(screen.getByRole('button', { name: '决定先后' }));
  await person.click(screen.getByLabelText('登记现场抽签的结果'));
  screen.getByRole('button', { name: '把 A03 上移' }).focus();
  await person.keyboard('{Enter}{Enter}');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('把 A03 下移');
  expect(listed(screen.getByRole('group', { name: '从先到后排列' }))).toEqual(['1 A03 ↑ ↓', '2 A01 ↑ ↓', '3 A02 ↑ ↓']);
  expect(screen.getByText('A03 现在第 1 位')).toBeTruthy();
  await person.click(screen.getByRole('button', { name: '按此顺序记入' }));
  expect(server.current.asked.map((one) => one.body)).toEqual([{ entries: ['c', 'a', 'b'], how: 'lot', replaces: 0, reason: '' }]);
});

test('a decision, and every one after the first, needs its reason', async () => {
  showing(DECIDED);
  server.current.on('POST', '/events/e/ties', () => new Refusal(409, 'overtaken'));
  const person = userEvent.setup();
  expect(screen.getByText(/现场抽签，裁判长，.*当众抽签/s)).toBeTruthy();
  await person.click(screen.getByRole('button', { name: '重新决定' }));
  const act = (): HTMLButtonElement => screen.getByRole('button', { name: '抽签并记入' });
  expect(act().disabled).toBe(true);
  await person.type(screen.getByLabelText('理由'), '抽签程序有误');
  await person.click(act());
  expect(server.current.asked.map((one) => one.body)).toMatchObject([{ how: 'drawn', replaces: 9, reason: '抽签程序有误' }]);
  expect(await screen.findByRole('alert')).toBeTruthy();
});

test('a session with marks too far apart is signed only with a reason', async () => {
  server.current.on('POST', '/sessions/s/confirm', () => ({})).on('GET', '/me', () => ({
    account: 'a', name: '裁判长', language: 'zh', grants: [{ role: 'chief_judge', contest: 'c', event: null }],
  }));
  await atDesk.begin();
  const gates = { line: 'session', subject: 's', round: 1, state: 'locked', next: 'confirmed', passed: [], missing: null, pending: null };
  const session = { id: 's', contest: 'c', event: 'e', stage: 't', name: '实操', panel: null, room: '', starts_at: '', aspects: [], entries: [], position: 0, gates } as unknown as Session;
  const event = { id: 'e', contest: 'c', code: 'E', name: '电工', blind: false, public_view: 'live', position: 1 } as const;
  render(SessionActs, { desk: new ContestDesk('c'), row: event, session, matrix: null, remarks: 2, ondone: () => undefined });
  const person = userEvent.setup();
  await person.click(screen.getByRole('button', { name: '签字确认“实操”' }));
  const dialog = within(screen.getByRole('dialog'));
  expect(dialog.getByText(/有 2 处裁判打分差距超出规定/)).toBeTruthy();
  const sign = dialog.getByRole<HTMLButtonElement>('button', { name: '签字确认“实操”' });
  expect(sign.disabled).toBe(true);
  await person.type(dialog.getByLabelText('理由'), '复核后维持');
  await person.click(sign);
  expect(server.current.asked.at(-1)).toMatchObject({ path: '/sessions/s/confirm', body: { reason: '复核后维持' } });
});

test('how far judges agree is read only when somebody looks', async () => {
  const statistic = (value: string) => ({ value, why: value ? '' : '只有一名裁判', why_en: '' });
  server.current.on('GET', '/events/e/agreement', () => ({
    unit: 'mark', marks: 6, panels: [{ panel: '', said: '可靠程度 0.91', said_en: '' }],
    judges: [{
      panel: '', seat: 1, judge_name: '周师傅', marks: 3, bias: statistic('1.92'), distance: statistic('0.50'), spread: statistic(''),
      drift: statistic(''), said: '1 号裁判平均比同组高 1.92 分', said_en: '', severity: '', severity_en: '',
    }],
    aspects: [{ aspect: 'x', name: '工艺', name_en: '', panel: '', entries: 2, mean_spread: '3.75', widest: '6.00', limit: '2.00', over: 1, alpha: statistic('0.42'), said: '', said_en: '' }],
    adjusted: '校正的说明', adjusted_en: '', reference: 'Linacre (1994)',
  }));
  render(Agreement, { event: 'e' });
  expect(server.current.asked).toEqual([]);
  const details = screen.getByText(/裁判一致性/).closest('details');
  if (!details) throw new Error('nothing to open');
  details.open = true;
  details.dispatchEvent(new Event('toggle'));
  expect(await screen.findByText('1 号裁判平均比同组高 1.92 分')).toBeTruthy();
  expect(screen.getByText(/仅供参考，不改变任何得分和名次/)).toBeTruthy();
  expect(screen.getAllByLabelText('只有一名裁判')).toHaveLength(2);
});

test('nobody but the chief judge decides, nor while sessions are open or results published', () => {
  for (const extra of [{ mayRule: false }, { unconfirmed: 1 }, { ended: true }]) {
    showing(OPEN, extra);
    expect(screen.queryByRole('button', { name: '决定先后' })).toBeNull();
    cleanup();
  }
});
