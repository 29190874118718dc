import '$lib/base.css';
import { mount } from 'svelte';
import Judge from './Judge.svelte';

const face = document.getElementById('face');
if (face) mount(Judge, { target: face });
