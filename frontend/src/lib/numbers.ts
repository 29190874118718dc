/** Marks travel as whole thousandths. They are printed and read here, in whole numbers only. */

/** Prints thousandths with at least `places` decimals; further digits appear only when they are there. */
export function printThousandths(value: number, places = 0): string {
  const whole = Math.trunc(Math.abs(value) / 1000);
  let digits = String(Math.abs(value) % 1000).padStart(3, '0');
  while (digits.length > places && digits.endsWith('0')) digits = digits.slice(0, -1);
  return `${value < 0 ? '−' : ''}${whole}${digits ? `.${digits}` : ''}`;
}

/** Reads what a person typed as thousandths; null when it is not a number or has more than three decimals. */
export function readThousandths(typed: string): number | null {
  const found = /^\s*([-−+]?)(\d{0,9})(?:[.,，。](\d{0,3}))?\s*$/.exec(typed);
  if (!found || (!found[2] && !found[3])) return null;
  const size = Number(found[2] || '0') * 1000 + Number((found[3] ?? '').padEnd(3, '0'));
  return found[1] === '-' || found[1] === '−' ? -size : size;
}
