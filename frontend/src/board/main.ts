import '$lib/base.css';
import { mount } from 'svelte';
import Board from './Board.svelte';
import { Following } from './follow.svelte';
import NoEvent from './NoEvent.svelte';
import { Stars } from './stars.svelte';

const asked = new URLSearchParams(location.search);
const event = asked.get('event') ?? '';
const target = document.getElementById('face') as HTMLElement;

if (event === '') mount(NoEvent, { target });
else mount(Board, { target, props: { following: new Following(event), stars: new Stars(event), table: asked.get('view') === 'table' } });
