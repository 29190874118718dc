import { setLanguage } from '$lib/i18n.svelte';
import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import ContestFrame from '../pages/ContestFrame.svelte';
import SchemeEditor from '../parts/SchemeEditor.svelte';
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
