/** Short news that need no answer. One line each; the page keeps the three newest. */
export interface ToastLine {
  readonly id: number;
  readonly text: string;
  readonly kind: 'said' | 'wrong';
}

let next = 1;
let lines = $state.raw<readonly ToastLine[]>([]);

export function toasts(): readonly ToastLine[] {
  return lines;
}

/** Says something for six seconds; `wrong` stays until it is closed. */
export function toast(text: string, kind: ToastLine['kind'] = 'said'): void {
  const line = { id: next++, text, kind };
  lines = [...lines, line].slice(-3);
  if (kind === 'said') setTimeout(() => dismiss(line.id), 6000);
}

export function dismiss(id: number): void {
  lines = lines.filter((line) => line.id !== id);
}
