#!/usr/bin/env node
// dtok: the host's commands, after installing and building what they need.
import { build } from './build.mjs';
import { setUp } from './setup.mjs';
import { runScript } from './terminal.mjs';

await runScript(async () => {
  await setUp();
  await build();
  await import('../dist/server/cli.js');
});
