import '$lib/base.css';
import { mount } from 'svelte';
import { Following } from '../board/follow.svelte';
import Screen from './Screen.svelte';

const asked = new URLSearchParams(location.search);
const events = (asked.get('event') ?? '').split(',').filter(Boolean);
/** Between five seconds and two minutes a page; twelve if the address does not say. */
const seconds = Math.min(120, Math.max(5, Number(asked.get('seconds')) || 12));

mount(Screen, {
  target: document.getElementById('face') as HTMLElement,
  props: {
    followings: [...new Set(events)].map((event) => new Following(event, { publicOnly: true })),
    name: asked.get('screen') ?? '1',
    test: asked.get('test') === '1',
    seconds,
  },
});
