/** Seats at the desk: how their tablets do, and who may hand one over. */
import { setLanguage } from '$lib/i18n.svelte';
import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { atDesk } from '../desk.svelte';
import Panels from '../pages/Panels.svelte';
import PairingDialog from '../parts/PairingDialog.svelte';
import { ContestDesk } from '../state/contest.svelte';
import { EventDesk } from '../state/event.svelte';
import { withServer } from './fakeServer';

const server = withServer();
beforeEach(() => setLanguage('zh'));
afterEach(cleanup);

const row = { id: 'e1', contest: 'c1', code: 'E', name: '电工', blind: false, public_view: 'live', position: 1 } as const;
const seat = { id: 's1', contest: 'c1', event: 'e1', panel: 'p1', number: 3, judge_name: '周师傅', judge: null };
const now = {
  seat: 's1', panel: 'p1', panel_name: '一组', number: 3, judge_name: '周师傅', device: 'd1', device_name: '旧平板',
  held_since: '2026-11-20T08:00:00Z', connected: false, heard_at: '2026-11-20T09:00:00Z', lag_ms: 12, unsent: 4, build: 'abc',
  battery: 17, skew_ms: 600_000, clock_off: true, asks: { pairing: 'x1', device_name: '新平板', expires_at: '', agreed: false },
};

async function panelsFor(role: string): Promise<void> {
  let agreed = false;
  server.current
    .on('GET', '/me', () => ({ account: 'a', name: '某某', language: 'zh', grants: [{ role, contest: 'c1', event: 'e1' }] }))
    .on('GET', '/events/e1/panels', () => [{ id: 'p1', contest: 'c1', event: 'e1', name: '一组', seats: [seat] }])
    .on('GET', '/events/e1/seats', () => [{ ...now, asks: { ...now.asks, agreed } }])
    .on('POST', '/pairings/x1/agree', () => void (agreed = true));
  await atDesk.begin();
  const event = new EventDesk('e1');
  await event.panels.load();
  render(Panels, { desk: new ContestDesk('c1'), event, row });
  await screen.findByText('旧平板');
}

test('a seat says what its tablet keeps to itself, since when it is away, and that its clock is wrong', async () => {
  await panelsFor('supervisor');
  for (const said of ['未送达 4 项', '时钟偏差 600 秒', '电量 17% · 入库用时 12 毫秒 · 版本 abc']) {
    expect(screen.getByText(said)).toBeTruthy();
  }
  expect(screen.getByText(/最后联络/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: '同意换设备' })).toBeNull();
});

test('the chief judge, and nobody else, is asked to agree to another tablet', async () => {
  await panelsFor('chief_judge');
  expect(screen.getByText('“新平板”请求接替这个席位')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: '同意换设备' }));
  expect(server.current.asked.some((one) => one.path === '/pairings/x1/agree')).toBe(true);
  await expect.poll(() => screen.queryByRole('button', { name: '同意换设备' })).toBeNull();
});

/** The dialog of a held seat, after a tablet has claimed the code; `told` is what the server heard at the end. */
async function pairing(chief: boolean, agreed: boolean): Promise<HTMLButtonElement> {
  server.current
    .on('POST', '/seats/s1/pairing', () => ({ pairing: 'x1', code: 'ABCDEFGH', url: 'u', qr_svg: '<svg/>', expires_at: new Date(Date.now() + 60_000).toISOString() }))
    .on('GET', '/pairings/x1', () => ({ pairing: 'x1', state: 'claimed', number: '4711', device_name: '新平板', expires_at: '', agreed }))
    .on('POST', '/pairings/x1/confirm', () => ({ device: 'd2' }));
  const holder = { name: '旧平板', since: '2026-11-20T08:00:00Z' };
  const nothing = (): void => undefined;
  render(PairingDialog, { seat, next: null, holder, chief, onpaired: nothing, onnext: nothing, onclose: nothing });
  expect(await screen.findByText(/这个席位由“旧平板”持有/)).toBeTruthy();
  await userEvent.type(await screen.findByLabelText('设备上的 4 位数字', {}, { timeout: 5000 }), '4711');
  return screen.getByRole<HTMLButtonElement>('button', { name: '确认配对' });
}

const confirmed = (): unknown => server.current.asked.find((one) => one.path === '/pairings/x1/confirm')?.body;

test('an organiser waits for the chief judge before a held seat is given to another tablet', async () => {
  expect((await pairing(false, false)).disabled).toBe(true);
  expect(screen.getByText('等待裁判长在“裁判组”页同意')).toBeTruthy();
  cleanup();
  const button = await pairing(false, true);
  expect(button.disabled).toBe(false);
  await userEvent.click(button);
  expect(confirmed()).toEqual({ number: '4711' });
});

test('a chief judge who confirms says so', async () => {
  const button = await pairing(true, false);
  expect(button.disabled).toBe(true);
  await userEvent.click(screen.getByLabelText('我是裁判长，同意换设备'));
  await userEvent.click(button);
  expect(confirmed()).toEqual({ number: '4711', hand_over: true });
});
