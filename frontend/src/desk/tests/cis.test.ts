import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { setLanguage } from '$lib/i18n.svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import CisImport from '../parts/CisImport.svelte';
import { withServer } from './fakeServer';

const document = { root: { kind: 'sum', id: 'total', name: '总分', parts: [{ kind: 'pass_fail', id: 'A1', name: '甲', max: '1' }] } };
const note = { code: 'wsos', zh: '第 2 节相差 0.25', en: 'Section 2 deviates by 0.25', file: '', sheet: 'CIS', row: 7, error: false };
const server = withServer();
beforeEach(() => setLanguage('zh'));
afterEach(cleanup);

async function bring(answer: unknown): Promise<ReturnType<typeof vi.fn>> {
  server.current.on('POST', '/schemes/cis', () => answer);
  const onpick = vi.fn();
  render(CisImport, { onpick });
  await userEvent.upload(screen.getByLabelText<HTMLInputElement>('选择文件', { selector: 'input' }), new File(['x'], 'skill17.xlsx'));
  return onpick;
}

test('a workbook is read, its findings stand by row, and it is used only when somebody says so', async () => {
  const onpick = await bring({ document, findings: [note] });
  expect(await screen.findByText('skill17.xlsx 已读出')).toBeTruthy();
  expect(screen.getByText('CIS 第 7 行')).toBeTruthy();
  expect(onpick).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: '从这个样板开始' }));
  expect(onpick).toHaveBeenCalledWith(document, 'skill17.xlsx');
});

test('a workbook with faults makes no scheme', async () => {
  await bring({ document: null, findings: [{ ...note, error: true }] });
  expect(await screen.findByText('skill17.xlsx 不能成为评分标准')).toBeTruthy();
  expect(screen.queryByRole('button', { name: '从这个样板开始' })).toBeNull();
});
