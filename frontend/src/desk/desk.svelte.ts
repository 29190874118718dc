/** The desk itself: who sits at it and where it is. One of each for the whole page. */
import { Address } from './state/address.svelte';
import { AtDesk } from './state/person.svelte';

export const atDesk = new AtDesk();
export const here = new Address();
