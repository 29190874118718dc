import { expect, test } from 'vitest';
import { daysOf, localField, wireMoment } from '../dates';
import { bodyOf } from '../facts';
import { pastedLines, readMark } from '../numbers';
import { matching, pathOf, treeLines, withDescendants } from '../organisations';
import { may, mayAnywhere } from '../roles';
import { address, readRoute, type Route } from '../routes';
import { seatsFrom } from '../seats';
import type { Organisation } from '../types';

const anything = { low: null, high: null, step: 1 };

test('a mark is read as people write it, in whole thousandths', () => {
  const read = (text: string) => {
    const found = readMark(text, anything);
    return found.ok ? found.value : found.why;
  };
  expect(['85.5', '８５．５', '85。5', ' 1,234.5 ', '-0.125', '−2', '0.1000', '.5', '85,5', '', 'x', '0.0001'].map(read)).toEqual([
    85500, 85500, 85500, 1234500, -125, -2000, 100, 'not_a_number', 'not_a_number', 'not_a_number', 'not_a_number', 'too_fine',
  ]);
  expect(read('0.3')).toBe(300); // 0.3 * 1000 is 299.99999999999994 with binary fractions elsewhere
});

test('a mark outside its limits or between two steps is named', () => {
  const limits = { low: 0, high: 100_000, step: 500 };
  expect(['100', '100.5', '-0.5', '99.7', '99.5'].map((text) => readMark(text, limits))).toEqual([
    { ok: true, value: 100_000 },
    { ok: false, why: 'out_of_range' },
    { ok: false, why: 'out_of_range' },
    { ok: false, why: 'too_fine' },
    { ok: true, value: 99_500 },
  ]);
});

test('a pasted column keeps its blank lines, so that nobody gets another one’s mark', () => {
  expect(pastedLines('85\r\n\r\n90\n')).toEqual([['85'], [''], ['90']]);
  expect(pastedLines('1\t2\n3\t4')).toEqual([['1', '2'], ['3', '4']]);
});

test('every address leads to its page and back', () => {
  const routes: Route[] = [
    { at: 'contests' },
    { at: 'organisations' },
    { at: 'contest', contest: 'c1', page: 'overview' },
    { at: 'contest', contest: 'c1', page: 'ledger' },
    { at: 'event', contest: 'c1', event: 'e1', page: 'scheme' },
    { at: 'session', contest: 'c1', event: 'e1', session: 's1' },
  ];
  expect(routes.map((route) => readRoute(address(route)))).toEqual(routes);
  expect([readRoute(''), readRoute('#/nonsense/x'), readRoute('#/contests/c1/nonsense')]).toEqual([
    { at: 'contests' },
    { at: 'contests' },
    { at: 'contest', contest: 'c1', page: 'overview' },
  ]);
});

test('a grant for one event allows nothing of the whole contest', () => {
  const grants = [{ role: 'chief_judge' as const, contest: 'c1', event: 'e1' }];
  expect([
    may(grants, 'confirm_session', 'c1', 'e1'),
    may(grants, 'confirm_session', 'c1', 'e2'),
    may(grants, 'see_plan', 'c1'),
    may(grants, 'publish', 'c1', 'e1'),
    mayAnywhere(grants, 'see_plan', 'c1'),
    mayAnywhere(grants, 'see_plan', 'c2'),
  ]).toEqual([true, false, false, false, true, false]);
});

const unit = (id: string, name: string, parent: string | null): Organisation => ({ id, name, parent, kind: 'enterprise', code: '' });
const tree = [unit('b', '乙公司', 'u'), unit('u', '县总工会', null), unit('a', '甲公司', 'u'), unit('w', '一车间', 'a'), unit('o', '外单位', 'gone')];

test('organisations stand below their parents; one whose parent is unknown stands at the top', () => {
  const drawn = (closed: string[]) => treeLines(tree, new Set(closed)).map((line) => `${line.depth}${line.organisation.id}${line.children}`);
  expect(drawn([])).toEqual(['0o0', '0u2', '1a1', '2w0', '1b0']);
  expect(drawn(['u'])).toHaveLength(2);
  expect([...withDescendants(tree, 'a')].sort()).toEqual(['a', 'w']);
  expect(matching(tree, '车间').map((one) => one.id).sort()).toEqual(['a', 'u', 'w']);
  expect(pathOf(new Map(tree.map((one) => [one.id, one])), 'w')).toBe('县总工会 › 甲公司 › 一车间');
});

test('a circle of parents ends', () => {
  const circle = [unit('a', 'A', 'b'), unit('b', 'B', 'a')];
  expect(pathOf(new Map(circle.map((one) => [one.id, one])), 'a')).toBe('B › A');
});

test('judges keep their seats when a line is added, moved or renamed', () => {
  const before = [
    { id: 's1', number: 1, judge_name: '张' },
    { id: 's2', number: 2, judge_name: '李' },
    { id: 's3', number: 3, judge_name: '王' },
  ];
  expect(seatsFrom('张\n李\n王\n赵', before)).toEqual([
    { judge_name: '张', seat: 's1' },
    { judge_name: '李', seat: 's2' },
    { judge_name: '王', seat: 's3' },
    { judge_name: '赵' },
  ]);
  expect(seatsFrom('张\n钱\n王', before)).toEqual([
    { judge_name: '张', seat: 's1' },
    { judge_name: '钱', seat: 's2' },
    { judge_name: '王', seat: 's3' },
  ]);
  expect(seatsFrom('李\n王', before)).toEqual([
    { judge_name: '李', seat: 's2' },
    { judge_name: '王', seat: 's3' },
  ]);
  expect(seatsFrom(' 张 \n\n', [])).toEqual([{ judge_name: '张' }]);
});

test('days and moments', () => {
  expect(daysOf({ starts_on: '2026-11-20', ends_on: '2026-11-20' })).toMatch(/20/);
  expect(daysOf({ starts_on: '', ends_on: '' })).toBe('');
  const wire = wireMoment('2026-11-20T09:30');
  expect(wire).toMatch(/^2026-11-(19|20)T\d\d:\d\d:00\.000000Z$/);
  expect(localField(wire)).toBe('2026-11-20T09:30');
  expect([wireMoment(''), localField('')]).toEqual(['', '']);
});

test('a fact is listed field by field, without what stands beside it already', () => {
  const body = { fact: 'gate_passed', line: 'session', subject: 's', event: 'e', round: 1, gate: 'opened', by: 'a', second: '', reason: '' } as const;
  const fact = { seq: 7, at: 't', type: 'gate_passed', by: 'a', content: '', prev: '', link: 'l', body };
  expect(bodyOf(fact)).toEqual([['line', 'session'], ['subject', 's'], ['event', 'e'], ['round', '1'], ['gate', 'opened'], ['by', 'a']]);
});
