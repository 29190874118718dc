import { Problem } from '$lib/api';
import { afterEach, expect, test, vi } from 'vitest';
import { Attempt } from '../state/attempt.svelte';
import { ImportWay } from '../state/import.svelte';
import { LedgerView } from '../state/ledger.svelte';
import { PagedList } from '../state/pages.svelte';
import { PairingWay } from '../state/pairing.svelte';
import { AtDesk } from '../state/person.svelte';
import { Reading } from '../state/reading.svelte';
import { lineOf, placeOf, SchemeDraft } from '../state/scheme.svelte';
import { later, Refusal, withServer } from './fakeServer';

const server = withServer();
afterEach(() => vi.useRealTimers());
const me = { account: 'a1', name: '组织方', language: 'zh', grants: [] };

test('a reading keeps what it had when the next one fails', async () => {
  let broken = false;
  const reading = new Reading(async () => {
    if (broken) throw new Problem('server_trouble', 500, {}, '');
    return 1;
  });
  expect(reading.waiting).toBe(true);
  await reading.load();
  broken = true;
  await reading.load();
  expect([reading.value, (reading.problem as Problem).code, reading.busy]).toEqual([1, 'server_trouble', false]);
});

test('a late answer does not overwrite a newer one', async () => {
  const [slow, fast] = [later<string>(), later<string>()];
  const waiting = [slow.promise, fast.promise];
  const reading = new Reading(() => waiting.shift() as Promise<string>);
  const both = [reading.load(), reading.load()];
  fast.keep('new');
  slow.keep('old');
  await Promise.all(both);
  expect(reading.value).toBe('new');
});

test('an act runs once at a time, and its refusal stands at the field the server names', async () => {
  const attempt = new Attempt();
  const hold = later<undefined>();
  let runs = 0;
  const act = async (): Promise<void> => {
    runs += 1;
    await hold.promise;
    throw new Problem('bad_input', 400, { field: 'seats[0].judge_name', problem: 'x' }, '');
  };
  const first = attempt.run(act);
  expect(await attempt.run(act)).toBe(false);
  hold.keep(undefined);
  expect([await first, runs, attempt.field, attempt.busy]).toEqual([false, 1, 'seats', false]);
});

test('a password that is right and a cookie that is not kept are told apart', async () => {
  server.current.on('POST', '/sign-in', () => me).on('GET', '/me', () => new Refusal(401, 'not_signed_in'));
  const desk = new AtDesk();
  await desk.signIn(' organiser ', 'secret');
  expect([desk.standing, desk.notKept, desk.me]).toEqual(['nobody', true, null]);
  expect(server.current.asked[0]?.body).toEqual({ login: 'organiser', password: 'secret' });
});

test('a sign-in that runs out asks again and keeps who it was', async () => {
  let known = true;
  server.current.on('GET', '/me', () => (known ? me : new Refusal(401, 'not_signed_in')));
  const desk = new AtDesk();
  await desk.begin();
  expect(desk.standing).toBe('signed_in');
  known = false;
  await desk.ask();
  expect([desk.standing, desk.me?.account]).toEqual(['nobody', 'a1']);
});

const outcome = { dry_run: true, applied: false, rows: 2, added: [], changed: [], unchanged: 0, entered: 0, organisations_added: [], errors: [] };
const line = { row: 4, name: '甲', organisation: '', number: '', events: [], bib: '' };
const fault = { sheet: '选手', row: 5, column: 'A', code: 'cell_empty', message: '', value: '', heading: '姓名' };

test('a spreadsheet with a fault cannot be written', async () => {
  server.current.on('POST', '/contests/c1/competitors/import', () => ({ ...outcome, added: [line], errors: [fault] }));
  const way = new ImportWay('c1');
  await way.choose(new File(['x'], 'a.xlsx'));
  expect([way.step, way.writes]).toEqual(['wrong', 1]);
  await way.write();
  expect(server.current.asked).toHaveLength(1);
});

test('an import that meets a new fault at the last moment shows it and is not done', async () => {
  const answers = [{ ...outcome, added: [line] }, { ...outcome, dry_run: false, errors: [fault] }, { ...outcome, applied: true, added: [line] }];
  server.current.on('POST', '/contests/c1/competitors/import', () => answers.shift());
  const way = new ImportWay('c1');
  await way.choose(new File(['x'], 'a.xlsx'));
  expect(way.step).toBe('look');
  await way.write();
  expect([way.step, way.done]).toEqual(['wrong', null]);
  way.again();
  expect(way.step).toBe('choose');
});

test('a code is followed until a person has compared the numbers; an older answer changes nothing', async () => {
  vi.useFakeTimers();
  const late = later<unknown>();
  const claimed = { pairing: 'p1', state: 'claimed', number: '4711', device_name: 'Tablet', expires_at: '' };
  const answers: unknown[] = [claimed, late.promise];
  server.current
    .on('POST', '/seats/s1/pairing', () => ({ pairing: 'p1', code: 'ABCD', url: 'u', qr_svg: '<svg/>', expires_at: new Date(Date.now() + 60_000).toISOString() }))
    .on('GET', '/pairings/p1', () => answers.shift())
    .on('POST', '/pairings/p1/confirm', () => ({ device: 'd1' }));
  const way = new PairingWay('s1');
  await way.begin();
  expect([way.state, way.left > 50_000]).toEqual(['waiting', true]);
  await way.look();
  expect(way.state).toBe('claimed');
  const looking = way.look();
  way.number = '4711';
  expect(await way.confirm()).toBe(true);
  late.keep(claimed);
  await looking;
  expect([way.state, vi.getTimerCount()]).toEqual(['confirmed', 0]);
});

test('a scheme is checked as one types, and only a right one can be kept', async () => {
  vi.useFakeTimers();
  const outline = [{ node: 'total', depth: 0, name: '', name_en: '', weight: '1', max: '', kind: 'sum', sign: 'plus', counts: true }];
  server.current.on('POST', '/schemes/check', ({ body }) => {
    const right = (body as { document: { scheme?: number } }).document.scheme === 1;
    return { ok: right, outline: right ? outline : [], problems: right ? [] : [{ node: 'total.weight', zh: '错', en: 'wrong' }] };
  });
  const draft = new SchemeDraft();
  draft.load({ scheme: 1 }, true);
  await vi.runAllTimersAsync();
  expect([draft.ok, draft.changed, draft.mayKeep]).toEqual([true, false, false]);
  draft.type('{"scheme": 2}');
  expect(draft.mayKeep).toBe(false);
  await vi.runAllTimersAsync();
  expect([draft.ok, draft.problems.length, draft.outline.length]).toEqual([false, 1, 1]);
  draft.type('{"scheme": ');
  await vi.runAllTimersAsync();
  expect([draft.notJson !== '', draft.problems, draft.mayKeep]).toEqual([true, [], false]);
  draft.type('{"scheme":1}');
  await vi.runAllTimersAsync();
  expect([draft.notJson, draft.mayKeep]).toEqual(['', true]);
});

test('a fault is found in the text: by its node, or by the place the browser names', () => {
  const text = '{\n  "id": "total",\n  "parts": [{ "id" : "a.b" }]\n}';
  expect(placeOf(text, 'total.weight')).toEqual({ from: 4, to: 17 });
  expect(placeOf(text, 'missing')).toBeNull();
  expect([lineOf(text, 'Unexpected token at position 20'), lineOf(text, 'bad (line 3 column 1)'), lineOf(text, 'bad')]).toEqual([3, 3, null]);
});

test('a long list is searched and turned page by page', async () => {
  const asked: unknown[] = [];
  const list = new PagedList<number>(async (search, offset, limit) => {
    asked.push([search, offset, limit]);
    return { total: 120, rows: Array.from({ length: Math.min(limit, 120 - offset) }, (_, place) => offset + place) };
  });
  await list.reading.load();
  await list.turn(2);
  expect([list.from, list.to, list.total]).toEqual([101, 120, 120]);
  vi.useFakeTimers();
  list.look('甲');
  list.look('甲乙');
  await vi.runAllTimersAsync();
  expect(asked).toEqual([['', 0, 50], ['', 100, 50], ['甲乙', 0, 50]]);
});

test('the ledger is read in lengths, each after the last number seen', async () => {
  const facts = [1, 2, 3, 4, 5].map((seq) => ({ seq }));
  const after: string[] = [];
  vi.stubGlobal('fetch', async (address: string) => {
    const query = new URLSearchParams(address.split('?')[1]);
    after.push(`${query.get('after')}`);
    const from = Number(query.get('after'));
    return new Response(JSON.stringify(facts.filter((fact) => fact.seq > from).slice(0, Number(query.get('limit')))));
  });
  const ledger = new LedgerView('c1', 2);
  await ledger.from(2);
  await ledger.more();
  expect([ledger.facts?.map((fact) => fact.seq), ledger.ended, after]).toEqual([[2, 3, 4, 5], false, ['1', '3']]);
  await ledger.more();
  expect(ledger.ended).toBe(true);
});
