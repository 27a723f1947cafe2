#!/usr/bin/env node
import './guard.mjs';

// The rest is loaded only now, so that an old Node says what is wrong instead of failing on a module it does not know.
const { enableCompileCache } = await import('node:module');
enableCompileCache();
const { run } = await import('./main/cli.ts');
await run(process.argv.slice(2));
