import { setLanguage } from '$lib/i18n.svelte';
import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { atDesk } from '../desk.svelte';
import ContestFrame from '../pages/ContestFrame.svelte';
import SchemePage from '../pages/SchemePage.svelte';
import SchemeEditor from '../parts/SchemeEditor.svelte';
import { ContestDesk } from '../state/contest.svelte';
import { EventDesk } from '../state/event.svelte';
import { SchemeDraft } from '../state/scheme.svelte';
import { CUT, later, withServer } from './fakeServer';

const server = withServer();
beforeEach(() => setLanguage('zh'));
afterEach(cleanup);

const document = {
  root: { kind: 'sum', id: 'total', name: '总分', places: 2, parts: [
    { kind: 'panel', id: 'work', name: '作品', high: '100', rule: { take: 'trimmed', low: 1, high: 1 }, min_judges: 3 },
    { kind: 'panel', id: 'talk', name: '答辩', high: '50', rule: { take: 'trimmed', low: 1, high: 1 } },
  ] },
  awards: [{ id: 'first', name: '一等奖', rule: { by: 'rank', from: 1, to: 1 } }],
};

function editing(): SchemeDraft {
  server.current.on('POST', '/schemes/check', () => ({ ok: true, outline: [], problems: [] }));
  const draft = new SchemeDraft();
  draft.load(document, true);
  render(SchemeEditor, { draft });
  return draft;
}

test('the usual changes are made in the form, said beside it, and stand in the document', async () => {
  const draft = editing();
  const person = userEvent.setup();
  await person.selectOptions(screen.getByLabelText('去掉几个最高分'), '2');
  expect(screen.getAllByText('去掉 2 个最高分和 1 个最低分，取平均；至少 4 名裁判')).toHaveLength(1);
  await person.selectOptions(screen.getByLabelText('总分的小数位数'), '0');
  const to = screen.getByLabelText('到第几名');
  await person.clear(to);
  await person.type(to, '3');
  expect(screen.getByText('一等奖 第 1–3 名')).toBeTruthy();
  await person.click(screen.getByRole('button', { name: '移除“答辩”' }));
  expect(screen.queryByDisplayValue('答辩')).toBeNull();
  expect(screen.queryByRole('button', { name: '移除“作品”' })).toBeNull();
  await person.click(screen.getByRole('button', { name: /添加裁判打分点/ }));
  expect(screen.getByDisplayValue('新评分点')).toBeTruthy();
  await person.click(screen.getByRole('button', { name: '全部（JSON）' }));
  const text = screen.getByLabelText<HTMLTextAreaElement>('文档（JSON）').value;
  expect(JSON.parse(text)).toEqual(draft.document);
  expect(draft.document).toMatchObject({ root: { places: 0, parts: [{ id: 'work' }, { id: 'aspect_1' }] } });
});

test('while one types, a field keeps its line and its place', async () => {
  const draft = editing();
  const person = userEvent.setup();
  const name = screen.getByDisplayValue('作品');
  await person.clear(name);
  await person.type(name, '实物作品');
  expect(window.document.activeElement).toBe(name);
  expect(draft.document).toMatchObject({ root: { parts: [{ id: 'work', name: '实物作品' }, { id: 'talk' }] } });
});

test('a document that cannot be read is put right as a document', async () => {
  const draft = editing();
  draft.type('{"root": ');
  expect(await screen.findByText(/文档现在读不出来/)).toBeTruthy();
});

test('a contest has its heading while it is read, and when it cannot be read', async () => {
  const answer = later<unknown>();
  for (const path of ['', '/events', '/consents', '/organisations', '/devices', '/grants']) {
    server.current.on('GET', `/contests/c1${path}`, () => answer.promise);
  }
  server.current.on('GET', '/organisations', () => answer.promise);
  render(ContestFrame, { contest: 'c1', route: { at: 'contest', contest: 'c1', page: 'overview' } });
  expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1);
  answer.keep(CUT);
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1);
});

/** The scheme page of an event without a scheme, for an organiser; what the server is told is in `asked`. */
async function choosing(state: string): Promise<void> {
  const row = { id: 'e1', contest: 'c1', code: 'E', name: '电工', blind: false, public_view: 'live', position: 1 } as const;
  const preset = { preset: 'p', name: '样板甲', name_en: '', kind: 'skills', public_view: 'after_publication', document };
  const line = { line: 'results', subject: 'e1', event: 'e1', round: 1, state, passed: [] };
  server.current
    .on('GET', '/me', () => ({ account: 'a', name: '组织方', language: 'zh', grants: [{ role: 'organiser', contest: 'c1', event: null }] }))
    .on('GET', '/presets', () => [preset])
    .on('GET', '/events/e1/scheme', () => ({ version: 0, locked: false, document: {}, outline: [] }))
    .on('GET', '/events/e1/gates', () => [line])
    .on('GET', '/contests/c1/events', () => [row])
    .on('POST', '/schemes/check', () => ({ ok: true, outline: [], problems: [] }))
    .on('PUT', '/events/e1/scheme', () => ({ version: 1, locked: false, document, outline: [] }))
    .on('PATCH', '/events/e1', ({ body }) => ({ ...row, ...(body as object) }));
  await atDesk.begin();
  vi.stubGlobal('scrollTo', () => undefined);
  const event = new EventDesk('e1');
  await Promise.all([event.scheme.load(), event.gates.load()]);
  render(SchemePage, { desk: new ContestDesk('c1'), event, row });
  await userEvent.click(await screen.findByRole('button', { name: '从这个样板开始' }));
  await screen.findByText('✓ 检查通过，0 个评分点');
}

const told = (method: string): unknown[] => server.current.asked.filter((one) => one.method === method).map((one) => one.body);

test('a preset sets what the public sees, unless the organiser says otherwise', async () => {
  await choosing('planned');
  expect(screen.getByLabelText<HTMLSelectElement>(/样板建议的公开方式/).value).toBe('after_publication');
  await userEvent.click(screen.getByRole('button', { name: '保存为第 1 版' }));
  expect(await screen.findByText('第 1 版')).toBeTruthy();
  expect(told('PATCH')).toEqual([{ public_view: 'after_publication' }]);
  cleanup();
  await choosing('planned');
  await userEvent.selectOptions(screen.getByLabelText(/样板建议的公开方式/), 'live');
  await userEvent.click(screen.getByRole('button', { name: '保存为第 1 版' }));
  expect(await screen.findByText('第 1 版')).toBeTruthy();
  expect([told('PUT').length, told('PATCH').length]).toEqual([2, 1]);
});

test('once marking has started a preset leaves what the public sees', async () => {
  await choosing('started');
  expect(screen.queryByLabelText(/样板建议的公开方式/)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: '保存为第 1 版' }));
  expect(await screen.findByText('第 1 版')).toBeTruthy();
  expect(told('PATCH')).toEqual([]);
});
