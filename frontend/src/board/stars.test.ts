import { beforeEach, expect, it } from 'vitest';
import { Stars } from './stars.svelte';

beforeEach(() => localStorage.clear());

it('keeps stars per event across visits, three at most, the newest stay', () => {
  const stars = new Stars('welding');
  for (const entry of ['a', 'b', 'c', 'd']) stars.toggle(entry);
  expect(stars.entries).toEqual(['b', 'c', 'd']);
  stars.toggle('c');
  expect(new Stars('welding').entries).toEqual(['b', 'd']);
  expect(new Stars('bus').entries).toEqual([]);
});

it('takes rubbish in the storage for no stars', () => {
  for (const rubbish of ['{', '7', 'null', '{"welding": 3}', '{"welding": [1, "a"]}']) {
    localStorage.setItem('jiangsai.stars', rubbish);
    expect(new Stars('welding').entries.every((entry) => typeof entry === 'string')).toBe(true);
  }
});
