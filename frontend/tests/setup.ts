/** How long a test waits for what must happen: no test fails because the machine is busy with something else. */
import { configure } from '@testing-library/svelte';

configure({ asyncUtilTimeout: 60_000 });
