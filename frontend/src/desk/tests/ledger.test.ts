import { cleanup, render, screen } from '@testing-library/svelte';
import { afterEach, expect, test } from 'vitest';
import { atDesk } from '../desk.svelte';
import LedgerWarning from '../parts/LedgerWarning.svelte';
import { withServer } from './fakeServer';

const server = withServer();
afterEach(cleanup);

/** The warning of a contest, for somebody with a role, when a check has found this. */
async function shown(role: string, problem: string): Promise<string[]> {
  const asked: string[] = [];
  server.current
    .on('GET', '/me', () => ({ account: 'a', name: '某某', language: 'zh', grants: [{ role, contest: 'c1', event: null }] }))
    .on('GET', '/contests/c1/ledger/check', () => {
      asked.push('check');
      return { problem, checked_at: '', facts: 7 };
    });
  await atDesk.begin();
  render(LedgerWarning, { contest: 'c1' });
  return asked;
}

test('a ledger that is not sound is said to the chief judge, with what was found', async () => {
  await shown('chief_judge', 'fact 7: the link does not follow 链条断裂');
  expect((await screen.findByRole('alert')).textContent).toContain('链条断裂');
});

test('nothing is said while the ledger is sound, and who may not read marks does not ask', async () => {
  expect(await shown('chief_judge', '')).toEqual(['check']);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(await shown('publisher', 'x')).toEqual([]);
});
