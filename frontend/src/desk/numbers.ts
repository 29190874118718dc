/** Marks as people write them and as the wire carries them: whole thousandths, never a binary fraction. */

export type ReadMark = { ok: true; value: number } | { ok: false; why: 'not_a_number' | 'too_fine' | 'out_of_range' };

export interface MarkLimits {
  low: number | null;
  high: number | null;
  step: number;
}

const WIDE: Readonly<Record<string, string>> = { '．': '.', '。': '.', '，': ',', '－': '-', '—': '-', '−': '-', '＋': '+' };

/** Read a decimal as somebody typed or pasted it, full-width digits and thousands commas included. */
export function readMark(text: string, limits: MarkLimits): ReadMark {
  const plain = text
    .trim()
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[．。，－—−＋]/g, (sign) => WIDE[sign] ?? sign)
    .replace(/,(?=\d{3}(\D|$))/g, '');
  const parts = /^([+-]?)(\d{1,12})(?:\.(\d*))?$/.exec(plain);
  if (!parts) return { ok: false, why: 'not_a_number' };
  const places = (parts[3] ?? '').replace(/0+$/, '');
  if (places.length > 3) return { ok: false, why: 'too_fine' };
  const whole = Number(parts[2]) * 1000 + Number(places.padEnd(3, '0') || '0');
  const value = parts[1] === '-' ? -whole : whole;
  if ((limits.low !== null && value < limits.low) || (limits.high !== null && value > limits.high)) {
    return { ok: false, why: 'out_of_range' };
  }
  if (limits.step > 0 && (value - (limits.low ?? 0)) % limits.step !== 0) return { ok: false, why: 'too_fine' };
  return { ok: true, value: value === 0 ? 0 : value };
}

/** Split a pasted column or two columns (name, mark) into lines; blank lines stay, so that rows keep their place. */
export function pastedLines(text: string): string[][] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => line.split('\t').map((cell) => cell.trim()));
}
