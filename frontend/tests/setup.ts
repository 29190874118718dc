/** How long a test waits for what must happen: no test fails because the machine is busy with something else. */
import { configure } from '@testing-library/svelte';
import { beforeAll } from 'vitest';
import { readCatalogue } from '$lib/catalogue.svelte';

configure({ asyncUtilTimeout: 60_000 });
// Sentences come behind a page; a test need not wait for them.
beforeAll(() => readCatalogue());
