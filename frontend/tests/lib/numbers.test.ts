import { describe, expect, it } from 'vitest';
import { printThousandths, readThousandths } from '$lib/numbers';

describe('thousandths', () => {
  it.each([
    [8500, 1, '8.5'],
    [8000, 1, '8.0'],
    [8000, 0, '8'],
    [8525, 1, '8.525'],
    [0, 2, '0.00'],
    [-50, 1, '−0.05'],
    [-12000, 0, '−12'],
    [3600000, 2, '3600.00'],
  ])('print %i with %i places as %s', (value, places, printed) => expect(printThousandths(value, places)).toBe(printed));

  it.each([
    ['8.5', 8500],
    ['8,5', 8500],
    ['.25', 250],
    ['7.', 7000],
    ['-0.05', -50],
    ['−3', -3000],
    ['007', 7000],
    ['8.5254', null],
    ['', null],
    ['.', null],
    ['8.5.1', null],
    ['1e3', null],
  ])('read %s as %s', (typed, value) => expect(readThousandths(typed)).toBe(value));

  it('print and read back every mark of a sheet', () => {
    for (let value = -2000; value <= 12000; value += 7) expect(readThousandths(printThousandths(value, 3))).toBe(value);
  });
});
