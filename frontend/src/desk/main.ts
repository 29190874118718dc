import '$lib/base.css';
import './desk.css';
import { mount } from 'svelte';
import Desk from './Desk.svelte';

const face = document.getElementById('face');
if (face) mount(Desk, { target: face });
