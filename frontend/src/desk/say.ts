/** News of what was just done: one line at a time, the newest. */
import { dismiss, toast, toasts } from '$lib/parts/toasts.svelte';

export function say(text: string): void {
  for (const line of toasts()) if (line.kind === 'said') dismiss(line.id);
  toast(text);
}
